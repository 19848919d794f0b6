"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import gzip
import io
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ontology.errors import InputError


@contextmanager
def text_file(path: Path) -> Iterator[TextIO]:
    """Open a UTF-8 file for writing that takes its place only when all went well.

    ``-`` is standard output. A name that ends in ``.gz`` is compressed, without name and time in
    its header, so that equal content has equal bytes. Line ends are written as given. Raises
    ``InputError`` where the file cannot be written.
    """
    if str(path) == "-":
        file = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
        try:
            try:
                yield file
            finally:
                file.detach()  # writes what is left; standard output stays open
        except BrokenPipeError:
            raise
        except OSError as error:
            raise InputError(f"standard output: cannot be written; {error.strerror}") from error
        return
    with _workplace(path) as place:
        if path.is_dir():
            raise InputError(f"{path}: is a folder; name a file")
        with (place / path.name).open("wb", buffering=1 << 20) as raw:
            if path.name.endswith(".gz"):
                with (
                    gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed,
                    io.TextIOWrapper(packed, encoding="utf-8", newline="") as file,
                ):
                    yield file
            else:
                with io.TextIOWrapper(raw, encoding="utf-8", newline="") as file:
                    yield file
        (place / path.name).replace(path)


def write_text(path: Path, pieces: Iterable[str]) -> None:
    """Write a text piece by piece, as :func:`text_file` does."""
    with text_file(path) as file:
        for piece in pieces:
            file.write(piece)


@contextmanager
def whole_folder(path: Path, *, marker: str) -> Iterator[Path]:
    """Give an empty folder that takes the place of ``path`` only when all went well.

    A folder that is there already is replaced only if it is empty or holds a file called
    ``marker``, which tells that litkg wrote it; ``InputError`` otherwise, and where the folder
    cannot be written.
    """
    if path.name in ("", ".."):
        raise InputError(f"{path}: cannot be replaced as a whole; write the folder by its name")
    with _workplace(path) as place:
        other = path.exists() and not (path / marker).is_file()
        if other and (not path.is_dir() or any(path.iterdir())):
            raise InputError(f"{path}: is there and was not written by litkg; choose another name")
        new = place / "new"
        new.mkdir()
        yield new
        if path.exists():
            path.replace(place / "old")
        new.replace(path)


@contextmanager
def _workplace(path: Path) -> Iterator[Path]:
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}; create it first")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".litkg-") as place:
            yield Path(place)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written; {error.strerror or error}; make room or choose another place"
        ) from error
