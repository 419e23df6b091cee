"""The sections of the page: one folder each, one file a figure."""
