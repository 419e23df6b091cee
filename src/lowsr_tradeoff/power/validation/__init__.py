"""The power model against published measurements."""
