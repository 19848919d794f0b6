"""Word pieces of one paper, and windows over them that an encoder can take in.

Nothing is cut off: a text longer than a window is read in several that overlap, each with the
beginning of the title before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ontology.errors import InputError, MissingDependencyError
from ontology.records import Paper

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WINDOW = 512
"""Word pieces a window, the three marks around title and body included."""
HEADER = 128
"""Pieces of the title that stand before every window; the rest of a longer one is body."""
OVERLAP = 128
"""Pieces that two neighbouring windows share; each takes the half that it sees more around."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Word pieces with their offsets in the text of the paper's Doc.

    The first ``title`` pieces are those of the title.
    """

    ids: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    title: int


@dataclass(frozen=True, slots=True)
class Window:
    """Token ids to encode, and which of their rows stand for which pieces.

    Row ``row + k`` of the encoder's output is piece ``piece + k``, for each part (row, piece,
    length); the parts of all windows together hold each piece once.
    """

    ids: tuple[int, ...]
    parts: tuple[tuple[int, int, int], ...]


def read_tokenizer(path: Path) -> Tokenizer:
    """Read a ``tokenizer.json``; :class:`InputError` where it is absent or broken."""
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415  rules alone need none
    except ImportError as error:
        raise MissingDependencyError(
            "tokenizers: not installed; pip install tokenizers, or read by rules alone with --no-model"
        ) from error
    try:
        tokenizer = Tokenizer.from_str(path.read_text(encoding="utf-8"))
    except Exception as error:
        raise InputError(f"{path}: no tokenizer can be read; {error}") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def marks(tokenizer: Tokenizer) -> tuple[int, int]:
    """Ids of the marks that begin a window and part it: those of BERT, or those of MPNet."""
    for begin, between in (("[CLS]", "[SEP]"), ("<s>", "</s>")):
        first, second = tokenizer.token_to_id(begin), tokenizer.token_to_id(between)
        if first is not None and second is not None:
            return first, second
    raise InputError("the encoder's tokenizer knows no [CLS] or [SEP]; choose a BERT or an MPNet")


def cut(paper: Paper, tokenizer: Tokenizer) -> Pieces:
    """Cut title and abstract into word pieces; pieces without a character are left out."""
    ids: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    title = 0
    for text, shift in ((paper.title, 0), (paper.abstract, len(paper.title) + 1)):
        encoding = tokenizer.encode(text, add_special_tokens=False)
        for number, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            if end > start:
                ids.append(number)
                starts.append(start + shift)
                ends.append(end + shift)
        if not shift:
            title = len(ids)
    return Pieces(tuple(ids), tuple(starts), tuple(ends), title)


def windows(pieces: Pieces, begin: int, between: int) -> Iterator[Window]:
    """Lay windows over the pieces; ``begin`` and ``between`` are the ids of its marks.

    >>> short = Pieces((5, 6, 7), (0, 2, 5), (1, 4, 8), 1)
    >>> list(windows(short, 101, 102))
    [Window(ids=(101, 5, 102, 6, 7, 102), parts=((1, 0, 1), (3, 1, 2)))]
    """
    header = min(pieces.title, HEADER)
    room = WINDOW - 3 - header
    total = len(pieces.ids)
    start = taken = header
    while True:
        end = min(start + room, total)
        last = end == total
        upto = end if last else end - OVERLAP // 2
        ids = (begin, *pieces.ids[:header], between, *pieces.ids[start:end], between)
        body = (header + 2 + taken - start, taken, upto - taken)
        yield Window(ids, ((1, 0, header), body) if start == header else (body,))
        if last:
            return
        start, taken = end - OVERLAP, upto
