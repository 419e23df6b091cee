"""Pure steps, wherever they run: this process, local processes, a cluster. Knows no stage."""
