"""Enough free disk for a run, asked before the steps that fill it."""

from __future__ import annotations

import shutil
from pathlib import Path

from ontology.errors import InputError

ANNOTATIONS_OF_TEXT = 0.4
"""Bytes that annotations take for one of title or abstract; 0.29 were measured on 69,694 papers."""
TABLES_OF_TEXT = 1.6
"""Bytes that tables and source records take for one of title or abstract; 1.2 were measured."""


def check_space(folder: Path, needed: float) -> None:
    """Raise :class:`~ontology.errors.InputError` where fewer bytes are free for ``folder``."""
    above = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(above).free
    if free < needed:
        raise InputError(
            f"{folder}: about {_megabytes(needed)} are needed and {_megabytes(free)} are free;"
            " free some, or name a folder on another disk; nothing was changed"
        )


def _megabytes(size: float) -> str:
    return f"{size / 1_000_000:,.1f} MB"
