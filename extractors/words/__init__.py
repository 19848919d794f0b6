"""Word lists of the extractors; each file states how it was made."""
