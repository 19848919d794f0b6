"""Calls for worker processes that papers of a telling title kill; imported by the workers."""

import os
import signal
from pathlib import Path


def titles(papers, **_settings):
    """The titles in capitals; "poison" kills, "once PATH" kills where PATH is absent and makes it."""
    for paper in papers:
        word, _, path = paper.title.partition(" ")
        if word == "poison":
            os.kill(os.getpid(), signal.SIGKILL)
        if word == "once" and not Path(path).exists():
            Path(path).touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return [paper.title.upper() for paper in papers]


def stillborn(_papers, **_settings):
    """Kills whatever the papers."""
    os.kill(os.getpid(), signal.SIGKILL)


def shard(papers, *, settings):
    """Annotate a shard; a paper that is called poison kills."""
    from kg.annotate import _shard  # late: the other calls shall start fast

    if any(paper.title == "poison" for paper in papers):
        os.kill(os.getpid(), signal.SIGKILL)
    return _shard(papers, settings=settings)
