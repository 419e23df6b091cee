"""Who speaks: identification, verification, sex."""
