"""Moonshine: its weights, its words, and the likelihood of words."""
