"""Attackers that prepare: they learn from captures at the rate, or make up what the rate took away."""
