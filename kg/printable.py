"""Texts on a terminal: what a paper says must not steer it."""

from __future__ import annotations

import unicodedata

_STEERING = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def printable(text: str) -> str:
    r"""Replace control and format characters, line ends among them, by U+FFFD.

    >>> printable("red\x1b[31m, \u202etfel")
    'red�[31m, �tfel'
    """
    if text.isprintable():
        return text
    return "".join("�" if unicodedata.category(one) in _STEERING else one for one in text)
