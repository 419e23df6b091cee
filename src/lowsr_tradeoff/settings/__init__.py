"""What a study can be told."""
