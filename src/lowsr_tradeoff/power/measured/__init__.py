"""Energy measured on this machine, or read from a current trace."""
