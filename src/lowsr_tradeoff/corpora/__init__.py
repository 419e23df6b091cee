"""Event and speech corpora: embedded, from folders and tables, and in published layouts."""
