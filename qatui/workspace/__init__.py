"""git and files: reading the base, aligning two texts, writing branches without a checkout."""
