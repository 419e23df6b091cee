"""Published corpora and weights, fetched and checked by hash."""
