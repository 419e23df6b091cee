"""Scores of the signal that need no attacker: STOI, ESTOI, PESQ, SII."""
