"""Bytes in and out: bounded reading, atomic writing, text made safe to print."""
