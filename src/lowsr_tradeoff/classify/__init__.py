"""What is still recognised at each rate."""
