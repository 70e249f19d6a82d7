"""qatui: the QA reviewer's workstation for machine-written tests."""

__version__ = "0.1.0"
