"""The screens. They hold cursor, filter and marks; the store holds the truth; `backend` does what may wait."""
