"""Parts of the diagnostics of distillation; :mod:`diagnose` joins them."""
