"""Rows to cells: what the diff screen and the diff command both draw. No Textual, no I/O."""
