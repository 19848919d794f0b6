"""Graph to files: one module a format, each with ``generate`` and ``write``."""
