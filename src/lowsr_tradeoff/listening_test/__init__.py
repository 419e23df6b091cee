"""A listening test to hand out: what people understand of speech at every rate."""
