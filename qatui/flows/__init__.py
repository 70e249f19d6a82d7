"""One verb a file: each takes the parts it needs and returns a value."""
