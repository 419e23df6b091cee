"""A study from settings to results: composition, no figures."""
