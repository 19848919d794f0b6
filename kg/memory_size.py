"""Sizes of memory as users write them."""

from __future__ import annotations

import re

from ontology.errors import InputError

MEMORY = "2GB"
"""Memory that a run may take for its databases, or a query, where none is named."""

_SIZE = re.compile(r"([1-9]\d*(?:\.\d+)?)(MB|GB|TB|MiB|GiB|TiB)")
_UNITS = {"MB": 10**6, "GB": 10**9, "TB": 10**12, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


def memory_bytes(size: str) -> int:
    """The bytes of a size such as 500MB or 2GB.

    Raises :class:`~ontology.errors.InputError` where the text is none.

    >>> memory_bytes("1.5GB")
    1500000000
    """
    if (match := _SIZE.fullmatch(size)) is None:
        raise InputError(f"memory: {size!r} is no size; write a number and MB or GB, such as 2GB")
    return int(float(match[1]) * _UNITS[match[2]])
