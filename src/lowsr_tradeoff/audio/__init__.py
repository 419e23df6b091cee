"""From a file, or a sound in the air, to what the simulated microphone records."""
