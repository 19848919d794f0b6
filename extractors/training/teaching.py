"""What a trained model says of papers that nobody annotated, for another model to learn.

Distillation (Hinton et al. 2015) with labels for unseen texts: the learner is shown the teacher's
probabilities rather than its verdicts, so doubt is taught as doubt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from spacy.language import Language
from tokenizers import Tokenizer

from extractors.learned import entity_vectors
from extractors.model_files import TOKENIZER, check_model
from extractors.pieces import cut, marks, read_tokenizer, windows
from extractors.pipeline import load, read_with
from extractors.settings import Settings, fingerprint
from extractors.tag_decoding import Floats, log_probabilities
from extractors.tagger import Reading, Tagger
from extractors.training.encoding import TrainingPaper, aligned, pairs_of
from ontology.errors import InputError
from ontology.records import Paper, PaperEntity
from ontology.terms import EntityType, RelationType, Role

KEPT = "taught-{}.pt"
"""Names of the files beside the model that hold what the teachers said."""
_CHUNK = 200
_TYPES = tuple(EntityType)
_FORBIDDEN = np.float32(-1e4)


class Teachers:
    """Trained models beside the rules, at work on papers without annotations.

    What they say is the mean of their probabilities, about the entities that the first one and the
    rules find together.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._nlp: Language = load(Settings(model=folders[0]))
        for name in ("litkg_learned_roles", "litkg_learned_relations"):
            self._nlp.remove_pipe(name)
        self._taggers = [Tagger(folder) for folder in folders]

    def read(self, paper: Paper, tokenizer: Tokenizer) -> TrainingPaper | None:
        """The paper as the learner sees it, with what the teachers say.

        ``None`` where one of them cuts the text into other pieces than the learner, as it may where
        the text speaks of its marks.
        """
        doc = read_with(paper, self._nlp)
        first: Reading = doc.user_data["reading"]
        readings = [first, *(tagger.read(paper) for tagger in self._taggers[1:])]
        pieces = cut(paper, tokenizer)
        if any(
            (one.pieces.starts, one.pieces.ends) != (pieces.starts, pieces.ends) for one in readings
        ):
            return None
        entities: tuple[PaperEntity, ...] = doc.user_data["entities"]
        mentions, place = aligned(paper, entities, pieces)
        known = [entities[position] for position in place]
        types = [entity.type for entity in known]
        roles, relations = [], []
        for tagger, reading in zip(self._taggers, readings, strict=True):
            vectors = [entity_vectors(paper, entity, reading) for entity in known]
            roles.append(_roles(tagger, vectors, types))
            relations.append(_relations(tagger, vectors, types))
        return TrainingPaper(
            windows=tuple(windows(pieces, *marks(tokenizer))),
            title=pieces.title,
            mentions=mentions,
            types=tuple(_TYPES.index(kind) for kind in types),
            tags=_mean([np.exp(reading.scores) for reading in readings]),
            roles=_mean(roles),
            relations=_mean(relations),
        )


def _mean(parts: Sequence[Floats]) -> Floats:
    mean: Floats = np.stack(parts).mean(axis=0)
    return mean


def _roles(tagger: Tagger, vectors: Sequence[Floats], types: Sequence[EntityType]) -> Floats:
    if not vectors:
        return np.zeros((0, len(Role)), dtype=np.float32)
    shares: Floats = np.exp(tagger.roles(vectors, types))
    return shares


def _relations(tagger: Tagger, vectors: Sequence[Floats], types: Sequence[EntityType]) -> Floats:
    pairs = pairs_of(len(vectors))
    if not pairs:
        return np.zeros((0, 1 + len(RelationType)), dtype=np.float32)
    rows = []
    for (head, tail), scores in tagger.relations(vectors, types, pairs):
        allowed = [relation.allows(types[head], types[tail]) for relation in RelationType]
        rows.append(np.where([True, *allowed], scores, _FORBIDDEN))
    shares: Floats = np.exp(log_probabilities(np.stack(rows).astype(np.float32)))
    return shares


def taught_papers(
    papers: Sequence[Paper],
    teachers: Sequence[Path],
    encoder: Path,
    folder: Path,
    workers: int = 1,
    on_taught: Callable[[int, int], None] | None = None,
) -> list[TrainingPaper]:
    """What the teachers say of each paper, in order.

    Papers without a word piece are left out, and those that teachers and learner cut differently;
    :class:`InputError` where none is left. Finished chunks are kept in ``folder`` under names that
    follow from teachers, rules and texts, so that a run that was killed takes them up.
    """
    tokenizer = read_tokenizer(encoder / TOKENIZER)
    made_by = " ".join([*map(check_model, teachers), fingerprint()])
    chunks = [tuple(papers[start : start + _CHUNK]) for start in range(0, len(papers), _CHUNK)]
    paths = [folder / KEPT.format(_digest(made_by, chunk)) for chunk in chunks]
    lacking = [number for number, path in enumerate(paths) if not path.exists()]
    done = len(papers) - sum(len(chunks[number]) for number in lacking)
    # Fresh interpreters: a fork of a process that has run torch's threads can deadlock.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        reading = {
            pool.submit(
                _read_chunk, chunks[number], paths[number], tuple(teachers), encoder
            ): number
            for number in lacking
        }
        try:
            for future in as_completed(reading):
                future.result()
                done += len(chunks[reading[future]])
                if on_taught is not None:
                    on_taught(done, len(papers))
        finally:
            pool.shutdown(cancel_futures=True)
    taught = [
        one
        for chunk, path in zip(chunks, paths, strict=True)
        for one in _kept(path, chunk, tokenizer)
        if len(one.tags)
    ]
    if papers and not taught:
        raise InputError(
            f"{', '.join(map(str, teachers))}: cut texts into other word pieces than {encoder};"
            " a teacher needs the vocabulary of the encoder that it teaches"
        )
    return taught


def _read_chunk(
    chunk: Sequence[Paper], path: Path, teachers: tuple[Path, ...], encoder: Path
) -> None:
    tokenizer = read_tokenizer(encoder / TOKENIZER)
    _keep(path, [_loaded(teachers).read(paper, tokenizer) for paper in chunk])


@cache
def _loaded(folders: tuple[Path, ...]) -> Teachers:
    # Once a process.
    return Teachers(folders)


def _keep(path: Path, taught: Sequence[TrainingPaper | None]) -> None:
    """Write the teachers' words, whole or not at all; probabilities in 16 bits."""
    temporary = path.with_suffix(".writing")
    rows = [
        None
        if one is None
        else (
            one.mentions,
            one.types,
            *(torch.from_numpy(part).half() for part in (one.tags, one.roles, one.relations)),
        )
        for one in taught
    ]
    torch.save(rows, temporary)
    temporary.replace(path)


def _kept(path: Path, chunk: Sequence[Paper], tokenizer: Tokenizer) -> Iterator[TrainingPaper]:
    rows = torch.load(path, weights_only=True)
    for paper, row in zip(chunk, rows, strict=True):
        if row is None:
            continue
        mentions, types, *parts = row
        pieces = cut(paper, tokenizer)
        tags, roles, relations = (part.float().numpy() for part in parts)
        yield TrainingPaper(
            windows=tuple(windows(pieces, *marks(tokenizer))),
            title=pieces.title,
            mentions=mentions,
            types=types,
            tags=tags,
            roles=roles,
            relations=relations,
        )


def _digest(made_by: str, chunk: Sequence[Paper]) -> str:
    content = repr((made_by, [(paper.title, paper.abstract) for paper in chunk]))
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:16]
