"""The records that a study returns: frozen and finite, each figure with unit, interval and n; one module per room.

Shares and probabilities are 0…1. ``rate_hz`` is always the microphone's rate, ``grid`` the feature layout, ``arm``
the way of training, ``front_end`` the name of the microphone's front end.
"""
