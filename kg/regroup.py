"""Annotation records whose mentions stand to records with entities: ``kg resolve``.

What ``kg extract`` does after it has found mentions, and ``kg build`` after it has read all papers, done
for mentions that annotators or another extractor have found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from extractors.pipeline import load, regroup
from extractors.settings import Settings
from kg.annotation_records import read_annotations
from kg.resolve import ACRONYM, ACRONYM_LENGTH, Definition, NameCount, resolve_names
from ontology.records import AnnotatedPaper
from ontology.vocabulary.merging import vocabulary_with
from ontology.vocabulary.reader import Vocabulary


def resolve_file(
    path: Path,
    vocabulary: tuple[Path, ...] = (),
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[AnnotatedPaper]:
    """Group and name the mentions of an annotation file: in each paper, then across papers.

    Only the fields, offsets and types of mentions are read, and roles and relations carried over; the
    given names and groups play no part. ``vocabulary`` holds files to refine the shipped one with.
    Raises :class:`~ontology.errors.InputError` on a malformed line.
    """
    nlp = load(Settings(vocabulary))
    given = list(read_annotations(path))
    grouped = []
    for done, annotated in enumerate(given, start=1):
        grouped.append(regroup(annotated, nlp))
        if on_progress is not None:
            on_progress(done, len(given))
    return named_alike(grouped, vocabulary_with(vocabulary))


def named_alike(papers: Sequence[AnnotatedPaper], vocabulary: Vocabulary) -> list[AnnotatedPaper]:
    """Give the entities of all papers the names that they have together."""
    resolutions = resolve_names(_names(papers), _definitions(papers), vocabulary)
    return [
        replace(
            annotated,
            entities=tuple(
                replace(one, name=resolutions[one.type, one.name].name)
                for one in annotated.entities
            ),
        )
        for annotated in papers
    ]


def _names(papers: Iterable[AnnotatedPaper]) -> list[NameCount]:
    counts = Counter(
        key
        for annotated in papers
        for key in {(entity.type, entity.name) for entity in annotated.entities}
    )
    return [NameCount(kind, name, number) for (kind, name), number in counts.items()]


def _definitions(papers: Iterable[AnnotatedPaper]) -> list[Definition]:
    counts = Counter(
        key
        for annotated in papers
        for key in {
            (entity.type, form, entity.name)
            for entity in annotated.entities
            if " " in entity.name
            for form in entity.forms
            if len(form) <= ACRONYM_LENGTH and re.fullmatch(ACRONYM, form)
        }
    )
    return [Definition(kind, form, name, number) for (kind, form, name), number in counts.items()]
