"""The client of GitHub: what is asked and answered without I/O, and a thin layer over httpx."""
