"""Hand-over to firmware: a folder to build a device from."""
