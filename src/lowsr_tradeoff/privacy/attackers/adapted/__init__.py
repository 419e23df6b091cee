"""Whisper adapted to the rate."""
