"""Curated entities with their aliases: the shipped files, what reads and writes such files, and what joins them."""
