"""What a query may take of the server."""

from __future__ import annotations

from dataclasses import dataclass

TRUNCATED = "Litkg-Truncated"
"""Header of an answer that was cut at the limit; its value is the number of rows."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may take: ``timeout`` in seconds, ``rows``, ``memory`` in bytes; how many run at a time."""

    timeout: float = 60
    rows: int = 10_000
    memory: int = 2 << 30
    at_a_time: int = 4

    def sentence(self) -> str:
        """The limits in words."""
        return (
            f"A query ends after {self.timeout:g} seconds; an answer has at most {self.rows:,} rows"
            f" or triples, and the header {TRUNCATED} where there are more."
        )
