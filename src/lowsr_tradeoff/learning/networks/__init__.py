"""Networks, one file for each."""
