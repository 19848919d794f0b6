"""The language that all rooms speak: terms, records, identifiers, errors, table schemas."""
