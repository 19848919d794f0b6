"""Curated entities with their aliases: tab-separated files and their reader."""
