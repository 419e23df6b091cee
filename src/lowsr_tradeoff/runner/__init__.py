"""Pure steps in this process, in local processes or on a cluster. Independent of all stages."""
