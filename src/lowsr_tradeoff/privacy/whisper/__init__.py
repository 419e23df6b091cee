"""Whisper: weights, engines, decoding, low-rank changes."""
