"""The cookbook: one TOML file a question, read by ``kg.recipes``."""
