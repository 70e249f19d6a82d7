"""The only room that knows SQL: one small `Database` with two doors, functions a table."""
