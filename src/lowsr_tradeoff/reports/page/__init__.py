"""The page: its sections, its scripts, and what its sliders decide with."""
