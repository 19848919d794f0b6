"""Bytes to text: Unicode as marked or as valid, else the likeliest legacy encoding."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with the first line (1-based) that was not valid in its own encoding, 0 for none.

    ``encoding`` names what that line was read as.
    """

    text: str
    repaired_line: int = 0
    encoding: str = ""


def marked_encoding(head: bytes) -> str:
    """Name the encoding that a byte order mark at the start states, empty without a mark.

    >>> marked_encoding(b"\\xff\\xfea\\x00")
    'utf-16'
    """
    return next((name for mark, name in _MARKS if head.startswith(mark)), "")


def decode(data: bytes) -> Decoded:
    """Decode a whole source; only lines that are not valid UTF-8 are read as something else.

    Every byte string decodes. Bytes that the stated UTF-16 or UTF-32 cannot hold become U+FFFD.
    """
    encoding = marked_encoding(data) or "utf-8"
    try:
        return Decoded(data.decode(encoding))
    except UnicodeDecodeError as error:
        if not encoding.startswith("utf-8"):
            line = data[: error.start].decode(encoding, "replace").count("\n") + 1
            return Decoded(data.decode(encoding, "replace"), line, f"{encoding} with bad bytes")
    lines = [decode_line(line) for line in data.removeprefix(codecs.BOM_UTF8).split(b"\n")]
    number, first = next((n, line) for n, line in enumerate(lines, start=1) if line.encoding)
    return Decoded("\n".join(line.text for line in lines), number, first.encoding)


def decode_line(data: bytes) -> Decoded:
    """Decode one line as UTF-8, else as GB 18030, Windows-1252 or Latin-1, by its bytes.

    >>> decode_line("naïve".encode("cp1252"))
    Decoded(text='naïve', repaired_line=1, encoding='Windows-1252')
    """
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    for codec, label in (("gb18030", "GB 18030"), ("cp1252", "Windows-1252")):
        if codec == "gb18030" and not _looks_like_gb(data):
            continue
        try:
            return Decoded(data.decode(codec), 1, label)
        except UnicodeDecodeError:
            continue
    return Decoded(data.decode("latin-1"), 1, "Latin-1")


def _looks_like_gb(data: bytes) -> bool:
    """Chinese text in GB 2312 has its high bytes in pairs; Western text mostly has single ones."""
    runs = _HIGH_RUN.findall(data)
    return all(len(run) % 2 == 0 and min(run) >= 0xA1 for run in runs) and max(map(len, runs)) >= 4
