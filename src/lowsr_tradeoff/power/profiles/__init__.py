"""Devices and their parts, as TOML with a source for every value."""
