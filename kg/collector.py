"""Python's search for cyclic garbage, put off while records by the million come and go."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_cycles() -> Iterator[None]:
    """Do not look for cycles: a promise that the work inside makes none that matter.

    Records hold no cycle and are freed at once without the search, which goes through all of them
    again and again and takes a third of the time of resolving names.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
