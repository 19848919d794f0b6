"""From what the user names to open byte streams: files, folders, globs, gz and standard input."""

from __future__ import annotations

import glob
import gzip
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ontology.errors import InputError
from ontology.text import encodable

STANDARD_INPUT = "-"
HEAD_SIZE = 1 << 16
"""Bytes of a source that sniffing may look at."""

_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to read; ``path`` is ``None`` for standard input.

    ``name`` is that of the file, U+FFFD where it is not UTF-8. ``named`` tells that the user named the file itself, not a folder that holds it.
    """

    name: str
    path: Path | None
    named: bool


def expand(sources: Sequence[str]) -> tuple[SourceFile, ...]:
    """Resolve what the user named into files, each once, sorted by path; folders are searched.

    Hidden files and folders inside a folder are left out. Raises :class:`InputError` for a path
    that does not exist or that the system refuses, and for a pattern that matches nothing.
    """
    found: dict[str, SourceFile] = {}
    for source in sources:
        try:
            files = tuple(_files_of(source))
        except OSError as error:
            raise InputError(
                f"{source}: cannot be read; {error.strerror}; check the path"
            ) from error
        for file in files:
            key = str(file.path.resolve()) if file.path else STANDARD_INPUT
            found[key] = found.get(key, file) if not file.named else file
    return tuple(file for _, file in sorted(found.items()))


def _files_of(source: str) -> Iterator[SourceFile]:
    if source == STANDARD_INPUT:
        yield SourceFile(STANDARD_INPUT, None, named=True)
        return
    path = Path(source)
    if path.is_dir():
        yield from (SourceFile(encodable(file.name), file, named=False) for file in _walk(path))
    elif path.exists() or path.is_symlink():
        yield SourceFile(encodable(path.name), path, named=True)
    elif glob.has_magic(source):
        matches = sorted(glob.glob(source, recursive=True))  # noqa: PTH207  Path.glob takes no absolute pattern
        if not matches:
            raise InputError(f"{source}: the pattern matches no file; check the path")
        for match in matches:
            yield from _files_of(match)
    else:
        raise InputError(f"{source}: no such file or folder; name files, folders, patterns or -")


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(root, name) for name in sorted(files) if not name.startswith("."))


@contextmanager
def open_source(file: SourceFile) -> Iterator[io.BufferedReader]:
    """Open a source for reading bytes, gzip undone; standard input stays open afterwards.

    Raises :class:`OSError` where the system refuses.
    """
    with ExitStack() as stack:
        if file.path is None:
            buffered = _buffered(sys.stdin.buffer)
            stack.callback(buffered.detach)
        else:
            buffered = stack.enter_context(_buffered(file.path.open("rb", buffering=0)))
        if buffered.peek(2)[:2] == _GZIP_MAGIC:
            unpacked = gzip.GzipFile(fileobj=buffered)
            buffered = stack.enter_context(_buffered(unpacked))
        yield buffered


def head(stream: io.BufferedReader) -> bytes:
    """Look at the first bytes of a stream without consuming them, ``HEAD_SIZE`` at most."""
    return stream.peek(HEAD_SIZE)[:HEAD_SIZE]


def _buffered(stream: object) -> io.BufferedReader:
    return io.BufferedReader(stream, HEAD_SIZE)  # type: ignore[arg-type]
