"""Cells of text files that spreadsheets open: no cell becomes a formula, and none loses anything.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@`` (or their full-width forms),
also behind a tab or line break that it trims; one whose separator is ``;`` or a tab parts even quoted
cells there. So a ``'`` is put before such a character, and before a ``'``, wherever a cell can begin:
at its start and behind ``;``, tab and line break. :func:`restored` takes exactly these away.
"""

from __future__ import annotations

import re

_DANGER = re.compile("(^|[;\t\r\n])(?=['=+\\-@\uff1d\uff0b\uff0d\uff20\t\r\n])")
_GUARDED = re.compile("(^|[;\t\r\n])'")


def guarded(text: str) -> str:
    r"""Guard a text that a spreadsheet might run.

    >>> [guarded(text) for text in ("=1+1", "a-b", "'tis", "x;@y")]
    ["'=1+1", 'a-b', "''tis", "x;'@y"]
    """
    return _DANGER.sub(r"\1'", text)


def restored(cell: str) -> str:
    """Give the text that was guarded.

    >>> restored("'=1+1"), restored("''tis")
    ('=1+1', "'tis")
    """
    return _GUARDED.sub(r"\1", cell)
