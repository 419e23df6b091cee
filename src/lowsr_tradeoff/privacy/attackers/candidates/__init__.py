"""Known words in running speech: an attacker who has a list of all that may have been said, and trains nothing."""
