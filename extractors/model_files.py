"""The folder of a trained model: what it holds, and how it is checked before use.

``model.json`` names the format's version, the labels in the order of the outputs, and the SHA-256
of every other file: ``encoder.onnx``, ``roles.onnx``, ``relations.onnx``, ``tokenizer.json``.
"""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from extractors.tag_decoding import TAGS
from ontology.errors import InputError
from ontology.terms import RelationType, Role

FORMAT = 1
MANIFEST = "model.json"
ENCODER, ROLES, RELATIONS = "encoder.onnx", "roles.onnx", "relations.onnx"
TOKENIZER = "tokenizer.json"
PARTS = (ENCODER, ROLES, RELATIONS, TOKENIZER)
SHIPPED = Path(str(files("extractors"))) / "model"
"""The model that comes with litkg."""


def missing_runtime() -> tuple[str, ...]:
    """Packages that running a model takes and that are not installed."""
    return tuple(name for name in ("onnxruntime", "tokenizers") if find_spec(name) is None)


LABELS: dict[str, list[str]] = {
    "tags": list(TAGS),
    "roles": [role.value for role in Role],
    "relations": ["", *(relation.value for relation in RelationType)],
}
"""Meaning of the outputs' columns."""


def write_manifest(folder: Path, figures: dict[str, Any]) -> None:
    """Seal a folder that holds all the other files; ``figures`` say what was measured."""
    content = {
        "format": FORMAT,
        "labels": LABELS,
        "files": {name: _digest(folder / name) for name in PARTS},
        "figures": figures,
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def check_model(folder: Path) -> str:
    """Check a model and return its digest.

    Raises :class:`InputError` where a file is absent, altered or cut short, and where the model is
    of another version or has other labels.
    """
    manifest_bytes = _read(folder / MANIFEST)
    try:
        manifest = json.loads(manifest_bytes)
        version, labels, digests = (manifest[key] for key in ("format", "labels", "files"))
        expected = {name: digests[name] for name in PARTS}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder / MANIFEST}: says nothing about a model; make one with kg train"
        ) from error
    if version != FORMAT:
        raise InputError(
            f"{folder}: a model of version {version!r}; this litkg reads version {FORMAT}:"
            " train it again with kg train"
        )
    if labels != LABELS:
        raise InputError(f"{folder}: the model has other labels; train it again with kg train")
    for name, digest in expected.items():
        if digest != _digest(folder / name):
            raise InputError(
                f"{folder / name}: is not the file that {MANIFEST} describes; copy the model again"
            )
    return hashlib.sha256(manifest_bytes).hexdigest()


def _digest(path: Path) -> str:
    return hashlib.sha256(_read(path)).hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read; {error.strerror}; name another model's folder with --model,"
            " or read by rules alone with --no-model"
        ) from error
