"""Networks and how they learn; shared by recognition and attackers."""
