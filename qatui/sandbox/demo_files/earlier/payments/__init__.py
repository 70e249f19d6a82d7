"""A small payments API: users and orders, in memory."""
