"""Bandwidth extension before Whisper."""
