"""What the diagnostics of distillation are made of; :mod:`diagnosis.diagnose` joins them."""
