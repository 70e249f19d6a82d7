"""Colours of a text by Pygments: which language, which colours, and when to stop. The only room with its own clock."""
