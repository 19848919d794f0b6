"""Texts in XML 1.0: what must be escaped, and what the format forbids altogether."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNSAFE = re.compile('[&<>"\r\n\t]')
_ENTITIES = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;",
    "\r": "&#13;", "\n": "&#10;", "\t": "&#9;",
}  # fmt: skip


def xml_text(text: str) -> str:
    r"""Escape a text for an element or a quoted attribute; readers get it back as it was.

    Line breaks and tabs come back too. Characters that XML 1.0 cannot hold at all (most control
    characters, U+FFFE, U+FFFF) become U+FFFD.

    >>> xml_text('<a & "b">\r\n\x00')
    '&lt;a &amp; &quot;b&quot;&gt;&#13;&#10;\ufffd'
    """
    return _UNSAFE.sub(lambda found: _ENTITIES[found.group()], carried(text))


def carried(text: str) -> str:
    r"""What XML 1.0 can carry of a text.

    >>> carried("a\x01b")
    'a\ufffdb'
    """
    return _FORBIDDEN.sub("\ufffd", text)
