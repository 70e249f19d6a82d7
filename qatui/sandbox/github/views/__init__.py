"""Records as GitHub shows them: JSON objects by the schemas of its description."""
