"""The answer, what it rests on, and what to know before a decision."""
