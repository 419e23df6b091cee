"""What the diagnostics of distillation are made of; :mod:`diagnose` joins them."""
