"""Run the commands of the README as a user would; ``python tests/readme_commands.py`` refreshes their output.

A block that starts with ```` ```console ```` holds one command after ``$`` and what it prints to
standard output. A last line ``...`` means that more follows. Another kind of processor may round the
model's arithmetic otherwise, so a digest of it stands beside the outputs.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from helpers import ROOT

from extractors.model_files import SHIPPED
from extractors.tagger import Tagger
from ontology.records import Paper

README = ROOT / "README.md"
ARITHMETIC = ROOT / "tests" / "snapshots" / "readme-arithmetic.txt"
"""Digest of what the model computes where the README's outputs were printed."""
_BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Example:
    """One console block of the README: its command and the output printed there."""

    command: str
    output: str

    @property
    def cut(self) -> bool:
        """Whether the printed output is only the beginning."""
        return self.output.endswith("...\n")


def examples() -> list[Example]:
    """The console blocks of the README, in order."""
    text = README.read_text(encoding="utf-8")
    return [Example(match["command"], match["output"]) for match in _BLOCK.finditer(text)]


def arithmetic() -> str:
    """Digest of what the model computes here."""
    paper = Paper("p", "RainFormer", "We propose RainFormer, a transformer for nowcasting.")
    reading = Tagger(SHIPPED).read(paper)
    return hashlib.sha256(reading.vectors.tobytes() + reading.scores.tobytes()).hexdigest()


def run(commands: list[str]) -> Iterator[str]:
    """Run commands one after another in a fresh folder that holds the example corpus."""
    scripts = sysconfig.get_path("scripts")
    environment = os.environ | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "examples", Path(folder) / "examples")
        for command in commands:
            # Commands are those of our own README; a shell is what a user types them into.
            done = subprocess.run(
                command, shell=True, cwd=folder, env=environment, capture_output=True, check=False
            )
            yield done.stdout.decode("utf-8")


def _refresh() -> None:
    parts = examples()
    outputs = iter(list(run([part.command for part in parts])))

    def replaced(match: re.Match[str]) -> str:
        output = next(outputs)
        old = match["output"]
        if old.endswith("...\n"):
            kept = max(1, old.count("\n") - 1)
            output = "".join(output.splitlines(keepends=True)[:kept]) + "...\n"
        lines = "\n".join(line.rstrip() for line in output.splitlines())
        return f"```console\n$ {match['command']}\n{lines}\n```"

    text = _BLOCK.sub(replaced, README.read_text(encoding="utf-8"))
    README.write_text(text, encoding="utf-8")
    ARITHMETIC.write_text(arithmetic() + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(_refresh())
