"""Known words, learnt at the rate."""
