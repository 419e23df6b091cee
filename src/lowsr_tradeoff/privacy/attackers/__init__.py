"""Attackers that learn: from captures at the rate, or to predict the bands that the rate lacks."""
