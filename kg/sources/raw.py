"""What every format reader yields: raw records, and ledger rows for what it could not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ontology.records import LedgerRow, Origin, Outcome, Reason


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as its format spells it: values under the source's own field names.

    ``position`` is the 1-based line or record number within the source.
    """

    position: int
    values: Mapping[str, object]


Item = RawRecord | LedgerRow
"""One step of reading."""


def dropped(source: str, position: int, reason: Reason, detail: str) -> LedgerRow:
    """Make the ledger row of a record, or of a whole source, that became no paper."""
    return LedgerRow(Origin(source, position), reason, Outcome.DROPPED, detail)


def shown(value: object, limit: int = 80) -> str:
    """Quote a value for a ledger row: escaped, on one line, at most ``limit`` characters of it.

    >>> shown("a\\nb")
    "'a\\\\nb'"
    """
    text = value if isinstance(value, str) else str(value)
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")
