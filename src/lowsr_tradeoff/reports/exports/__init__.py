"""A run's files, for people and for programs."""
