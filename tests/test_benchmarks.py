"""The scripts that measure and fit: each can be loaded and says how it is run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT

SCRIPTS = sorted((ROOT / "benchmarks").glob("*.py"))
EXTRAS = {
    "kglite": "bench", "matplotlib": "bench", "psutil": "bench", "selenium": "test",
    "onnx": "train", "safetensors": "train", "torch": "train", "transformers": "train",
}  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_every_script_says_how_it_is_run(script: Path) -> None:
    """What it imports is there, and ``--help`` measures nothing; parts of scripts print nothing."""
    done = subprocess.run(
        [sys.executable, script, "--help"], capture_output=True, text=True, check=False
    )
    missing = re.search(r"No module named '(\w+)'", done.stderr)
    if missing and missing[1] in EXTRAS:
        pytest.skip(f"needs {missing[1]}; install: pip install -e '.[{EXTRAS[missing[1]]}]'")
    assert (0, "") == (done.returncode, done.stderr)
    is_run = 'if __name__ == "__main__"' in script.read_text(encoding="utf-8")
    assert is_run == done.stdout.startswith(f"usage: {script.name} ")
    assert is_run or done.stdout == ""
