"""Parts of screens. What is long is drawn by the line; nothing here asks the store."""
