"""Readers of bibliographic sources: one module a format, all listed in ``formats.FORMATS``."""
