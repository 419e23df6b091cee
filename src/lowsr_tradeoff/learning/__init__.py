"""Networks and their training, shared by recognition and attackers."""
