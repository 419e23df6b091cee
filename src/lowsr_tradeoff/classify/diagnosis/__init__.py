"""What the diagnostics of distillation are made of; :mod:`classify.diagnose` joins them."""
