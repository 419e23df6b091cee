"""What each part draws at a rate."""
