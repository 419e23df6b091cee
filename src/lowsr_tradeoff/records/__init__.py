"""Every result record: frozen, finite, with unit, interval and n, one module per room.

Proportions are 0…1. ``rate_hz`` is always the microphone's rate.
"""
