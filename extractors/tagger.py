"""The trained model at work: tags of one paper's pieces, roles of entities, relations of pairs.

Run by ONNX Runtime on one thread, a window at a time, so that the result depends neither on batches
nor on the number of processors.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from extractors.model_files import ENCODER, RELATIONS, ROLES, TOKENIZER, check_model
from extractors.pieces import Pieces, cut, marks, read_tokenizer, windows
from extractors.tag_decoding import TAGS, Floats, log_probabilities
from ontology.errors import InputError, MissingDependencyError
from ontology.records import Paper
from ontology.terms import EntityType

_PAIRS = 4096
"""Pairs judged at a time, which bounds memory."""

_TYPE_INDEX = {kind: index for index, kind in enumerate(EntityType)}
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the encoder made of one paper: a vector and log-probabilities of tags a piece."""

    pieces: Pieces
    vectors: Floats
    scores: Floats

    def within(self, start: int, end: int) -> Floats | None:
        """Mean vector of the pieces that share a character with a span of the Doc's text."""
        first = bisect_right(self.pieces.ends, start)
        beyond = bisect_left(self.pieces.starts, end)
        if beyond <= first:
            return None
        mean: Floats = self.vectors[first:beyond].mean(axis=0)
        return mean


class Tagger:
    """A trained model, loaded from its folder.

    Raises :class:`InputError` like :func:`extractors.model_files.check_model`, and
    :class:`MissingDependencyError` without ONNX Runtime or tokenizers.
    """

    def __init__(self, folder: Path) -> None:
        check_model(folder)
        self._tokenizer = read_tokenizer(folder / TOKENIZER)
        self._marks = marks(self._tokenizer)
        self._encoder = _session(folder / ENCODER)
        self._roles = _session(folder / ROLES)
        self._relations = _session(folder / RELATIONS)

    def read(self, paper: Paper) -> Reading:
        """Encode a paper, window by window."""
        pieces = cut(paper, self._tokenizer)
        vectors = np.zeros((len(pieces.ids), 0), dtype=np.float32)
        scores = np.zeros((len(pieces.ids), len(TAGS)), dtype=np.float32)
        for window in windows(pieces, *self._marks):
            rows = self._encoder.run(None, {"ids": np.array([window.ids], dtype=np.int64)})
            if not vectors.shape[1]:
                vectors = np.zeros((len(pieces.ids), rows[0].shape[-1]), dtype=np.float32)
            for row, piece, length in window.parts:
                vectors[piece : piece + length] = rows[0][0, row : row + length]
                scores[piece : piece + length] = rows[1][0, row : row + length]
        return Reading(pieces, vectors, log_probabilities(scores))

    def roles(self, mentions: Sequence[Floats], types: Sequence[EntityType]) -> Floats:
        """Log-probabilities of roles, a row an entity.

        ``mentions`` are the vectors of the mentions of each entity, of which each has some.
        """
        firsts = np.stack([rows[0] for rows in mentions])
        scores = self._roles.run(
            None, {"entities": _merged(mentions), "firsts": firsts, "types": _indices(types)}
        )
        return log_probabilities(scores[0])

    def relations(
        self,
        mentions: Sequence[Floats],
        types: Sequence[EntityType],
        pairs: Sequence[tuple[int, int]],
    ) -> Iterator[tuple[tuple[int, int], Floats]]:
        """Yield each pair (head, tail) with the scores of no relation and of each one.

        ``mentions`` are the vectors of the mentions of each entity; entities of a pair have some.
        """
        if not pairs:
            return
        entities, kinds = _merged(mentions), _indices(types)
        for begin in range(0, len(pairs), _PAIRS):
            chunk = pairs[begin : begin + _PAIRS]
            heads, tails = np.array(chunk, dtype=np.int64).T
            scores = self._relations.run(
                None,
                {
                    "heads": entities[heads],
                    "tails": entities[tails],
                    "head_types": kinds[heads],
                    "tail_types": kinds[tails],
                },
            )
            yield from zip(chunk, scores[0], strict=True)


def keep_reading(doc: Doc, tagger: Tagger) -> Doc:
    """Keep what the encoder makes of the paper in ``doc.user_data["reading"]`` (spaCy component)."""
    doc.user_data["reading"] = tagger.read(doc.user_data["paper"])
    return doc


def _session(path: Path) -> Any:
    try:
        import onnxruntime  # noqa: PLC0415  rules alone need none
    except ImportError as error:
        raise MissingDependencyError(
            "ONNX Runtime: not installed; pip install onnxruntime, or read by rules alone with"
            " --no-model"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise InputError(f"{path}: cannot be loaded; {error}") from error


def _merged(mentions: Sequence[Floats]) -> Floats:
    """One vector an entity: the greatest of its mentions' in each place, zeros without any."""
    width = next(rows.shape[1] for rows in mentions if len(rows))
    empty = np.zeros(width, np.float32)
    return np.stack([rows.max(axis=0) if len(rows) else empty for rows in mentions])


def _indices(types: Sequence[EntityType]) -> _Ints:
    return np.array([_TYPE_INDEX[kind] for kind in types], dtype=np.int64)
