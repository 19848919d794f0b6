"""Text of one paper to typed mentions, entities, roles and relations, as spaCy components."""
