"""Whether anyone speaks."""
