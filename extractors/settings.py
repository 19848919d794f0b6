"""What a user may choose of a reader, and the digest of all that decides what it reads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from extractors.model_files import SHIPPED, check_model, missing_runtime
from ontology.vocabulary.reader import read_bytes


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may choose.

    ``vocabulary`` are further files, read after the shipped ones, later ones winning
    (:mod:`ontology.vocabulary.merging`); ``model`` is the folder of a
    trained model, ``None`` for rules alone.
    """

    vocabulary: tuple[Path, ...] = ()
    model: Path | None = None


RULES = Settings()
"""The shipped vocabulary and no model."""


def default_settings() -> Settings:
    """The model that comes with litkg beside the rules; rules alone where it cannot run."""
    return RULES if missing_runtime() else Settings(model=SHIPPED)


def fingerprint(settings: Settings = RULES) -> str:
    """Digest of everything but the paper that decides the result: a cache key.

    >>> len(fingerprint())
    64
    """
    digest = hashlib.sha256()
    shipped = [
        *_files_of("extractors", ".py"),
        *_files_of("extractors.words", ".py", ".tsv", ".txt"),
        *_files_of("ontology", ".py"),
        *_files_of("ontology.vocabulary", ".py", ".tsv"),
    ]
    for path in (*shipped, *settings.vocabulary):
        digest.update(
            b"\0" + path.name.encode() + b"\0" + hashlib.sha256(read_bytes(path)).digest()
        )
    if settings.model is not None:
        digest.update(b"\0model\0" + bytes.fromhex(check_model(settings.model)))
    return digest.hexdigest()


def _files_of(package: str, *suffixes: str) -> list[Path]:
    folder = Path(str(files(package)))
    return sorted(path for path in folder.iterdir() if path.suffix in suffixes)
