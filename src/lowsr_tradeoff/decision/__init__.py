"""From figures to an answer: frontier, gate, comparisons."""
