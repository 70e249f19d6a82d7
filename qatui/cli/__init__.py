"""The command line: families of click commands. A front end is imported inside its command only."""
