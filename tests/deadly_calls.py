"""Calls for worker processes that papers of a telling title kill; imported by the workers."""

import os
import signal
from pathlib import Path


def titles(papers):
    """The titles in capitals; "poison" kills, "once PATH" kills where PATH is absent and makes it."""
    for paper in papers:
        word, _, path = paper.title.partition(" ")
        if word == "poison":
            os.kill(os.getpid(), signal.SIGKILL)
        if word == "once" and not Path(path).exists():
            Path(path).touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return [paper.title.upper() for paper in papers]


def stillborn(_papers):
    """Kills whatever the papers."""
    os.kill(os.getpid(), signal.SIGKILL)
