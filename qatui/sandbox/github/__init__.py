"""A GitHub look-alike over real HTTP on loopback, on real bare git repositories; it imports nothing of qatui."""
