"""One writer a graph folder, and plain words where the system refuses to write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from ontology.errors import InputError


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a graph folder; the system frees it when the process ends, however it ends.

    The lock is the file ``.NAME.lock`` beside the folder, which stays. Raises :class:`InputError`
    where another run holds it, or where it cannot be made.
    """
    place = folder.absolute()
    path = place.with_name(f".{place.name}.lock")
    lock = FileLock(path)
    with writing(folder):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()  # the library takes a refusal to open it for a lock that is held
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise InputError(
                f"{folder}: another kg build, update, remove or curate is writing it;"
                " wait until it has ended, or name another folder"
            ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn a refusal of the system, such as a full disk, into an :class:`InputError`."""
    try:
        yield
    except BrokenPipeError:
        raise  # whoever was told of progress went away
    except OSError as error:
        raise InputError(_refusal(folder, error.strerror or str(error))) from error
    except duckdb.OutOfMemoryException as error:
        raise InputError(
            f"{folder}: its tables need more memory than they are allowed; allow more with --memory,"
            " or free disk space for what is put aside; what stood there is unchanged"
        ) from error
    except duckdb.IOException as error:
        raise InputError(_refusal(folder, str(error))) from error


def _refusal(folder: Path, why: str) -> str:
    return (
        f"{folder}: cannot be written; {why}; what stood there is unchanged,"
        " and a rerun continues with what is finished"
    )
