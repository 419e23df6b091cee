"""Words counted, by kind, pooled."""
