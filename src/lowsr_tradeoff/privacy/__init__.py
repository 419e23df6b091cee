"""What an attacker can still recover of speech at each rate."""
