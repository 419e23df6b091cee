"""Intervals, tests and draws: nothing but numbers in and out."""
