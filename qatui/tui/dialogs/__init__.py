"""Questions: a typed modal screen each, dismissed with the answer or None."""
