"""One network put to use: trained on all clips, packed, exported, handed over to firmware."""
