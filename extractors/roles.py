"""The role of each entity in its paper, from cues around its mentions and their position."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from operator import itemgetter

from extractors.cues import read_cues, sentence_cues
from ontology.records import Mention, Paper, PaperEntity
from ontology.terms import EntityType, Role
from ontology.vocabulary.reader import shipped_vocabulary

_PROPER = re.compile(r"[a-z][A-Z]|[A-Z]{2}|[^\W\d_]\d|\d[A-Z]|[A-Z]$")
_CAPITALISED = re.compile(r"[A-Z][\w-]*(?: (?:[a-z]{1,4} )*[A-Z][\w-]*)+")
_PARTS = (
    "module", "loss", "block", "layer", "unit", "strateg", "mechanism", "scheme", "branch",
    "framework", "network", "algorithm", "decoder", "encoder", "regulari", "constraint",
)  # fmt: skip
_COINING = frozenset({"contribute", "called", "our", "novel"})
_SENTENCE_CUES = frozenset(
    {
        "we", "contribute", "evaluate", "compare", "outperform", "baseline", "%", "contrast",
        "background", "importance", "outlook", "etc", "existing", "such as", "advances", "often",
    }
)  # fmt: skip
_LONG_ENOUGH = 400
"""Shorter abstracts are mostly one or two sentences: where in them says nothing."""
_TITLE_WORDS = frozenset("for of in on to from via with using by and".split())


def assign_roles(paper: Paper, entities: tuple[PaperEntity, ...]) -> tuple[PaperEntity, ...]:
    """Give every entity its role; all else stays as it is.

    Each piece of evidence that ``evidence`` names adds its points from ``role_points.tsv`` to the
    roles; the role with the most points wins, the stronger one where they tie.
    """
    return tuple(
        replace(entity, role=max(zip(Role, points, strict=True), key=itemgetter(1))[0])
        for entity, points in zip(entities, role_points(paper, entities), strict=True)
    )


def role_points(paper: Paper, entities: Sequence[PaperEntity]) -> list[list[int]]:
    """Points of each role of each entity: ten times the log-odds, up to a constant."""
    points = read_points()
    neutral = (0,) * len(Role)
    totals: list[list[int]] = []
    for found in evidence(paper, entities):
        rows = [points.get(name, neutral) for name in found]
        totals.append([sum(column) for column in zip(*rows, strict=True)])
    return totals


def evidence(paper: Paper, entities: Sequence[PaperEntity]) -> list[set[str]]:
    """Name what speaks for or against each role of each entity."""
    own_work = _start_of_own_work(paper, entities)
    coined = {
        position
        for position, entity in enumerate(entities)
        if entity.type in (EntityType.METHOD, EntityType.DATASET) and _is_coined(paper, entity)
    }
    found: list[set[str]] = []
    for position, entity in enumerate(entities):
        names = {"any", entity.type.value}
        names.update(_entity_evidence(entity))
        if coined - {position}:
            names.add("beside a coined name")
            names.add(f"beside a coined name: {entity.type.value}")
        names.update(_position_evidence(paper, entity, own_work))
        for mention in entity.mentions:
            names.update(_mention_evidence(paper, mention))
        proper = "proper" in names
        if "listed" in names or proper:
            for cue in _COINING:
                if f"right before: {cue}" in names:
                    names.add(f"right before: {cue}, " + ("proper" if proper else "listed"))
        found.append(names)
    return found


def _entity_evidence(entity: PaperEntity) -> Iterator[str]:
    vocabulary = shipped_vocabulary()
    known = "unlisted"
    if "vocabulary" in entity.sources or any(
        vocabulary.find(entity.type, name) for name in {entity.name, *entity.forms}
    ):
        known = "listed"
        yield "listed"
        yield f"listed {entity.type.value}"
    if any(_PROPER.search(form) for form in entity.forms):
        yield "proper"
        yield f"proper {entity.type.value}"
    if any(
        mention.field == "abstract" and _CAPITALISED.fullmatch(mention.surface)
        for mention in entity.mentions
    ):
        yield f"capitalised, {known}"
    words = entity.name.lower().replace("-", " ").split()
    if words and any(words[-1].startswith(part) for part in _PARTS):
        yield f"a part, {known}"
    yield f"words: {min(len(words), 4)}, {known}"
    count = len(entity.mentions)
    yield "mentions: " + (str(count) if count < 4 else "4-6" if count < 7 else "7 or more")
    if len(entity.forms) > 1:
        yield f"several forms, {known}"


def _position_evidence(paper: Paper, entity: PaperEntity, own_work: int) -> Iterator[str]:
    kind = entity.type.value
    title = [mention for mention in entity.mentions if mention.field == "title"]
    abstract = [mention for mention in entity.mentions if mention.field == "abstract"]
    if title:
        yield f"title: {kind}"
        if not abstract:
            yield "title only"
        if title[0].start == 0:
            yield f"title start: {kind}"
            if re.match(r"(?:\s?\([^()]*\))?\s?[:：]|\s[-–—]", paper.title[title[0].end :]):
                yield f"title start and colon: {kind}"
        elif ":" in paper.title[: title[0].start]:
            yield f"title behind colon: {kind}"
    if abstract:
        if len(paper.abstract) >= _LONG_ENOUGH:
            yield f"first quarter: {abstract[0].start * 4 // len(paper.abstract) + 1}"
            if abstract[0].sentence_start == 0:
                yield "first sentence"
        if abstract[0].sentence_end >= len(paper.abstract.rstrip()):
            yield "last sentence"
        if own_work < 0:
            yield "no own work"
        elif abstract[-1].start < own_work:
            yield "background only" + (", and title" if title else "")
        elif abstract[0].start < own_work:
            yield "background first"
        else:
            yield "own work"


def _mention_evidence(paper: Paper, mention: Mention) -> Iterator[str]:
    text = paper.text(mention.field)
    cued = read_cues(text)
    first, last = cued.span(mention.sentence_start, mention.sentence_end)
    begin, end = cued.span(mention.start, mention.end)
    before, after = cued.before(first, begin), cued.after(end, last)
    if mention.field == "title":
        for cue in before.adjacent & _TITLE_WORDS:
            yield f"title before: {cue}"
        for cue in after.adjacent & _TITLE_WORDS:
            yield f"title after: {cue}"
        return
    if begin == first or (begin == first + 1 and cued.words[first] in {"the", "a", "an"}):
        yield "sentence start"
    for cue in before.adjacent:
        yield f"right before: {cue}"
    for cue in before.farther - before.adjacent:
        yield f"before: {cue}"
    for cue in after.adjacent:
        yield f"right after: {cue}"
    for cue in after.farther - after.adjacent:
        yield f"after: {cue}"
    sentence = sentence_cues(text, mention.sentence_start, mention.sentence_end)
    for cue in sentence & _SENTENCE_CUES:
        yield f"sentence: {cue}"


def _start_of_own_work(paper: Paper, entities: Sequence[PaperEntity]) -> int:
    """Offset in the abstract where the paper turns from background to itself, -1 where nowhere."""
    cued = read_cues(paper.abstract)
    for position, cues in enumerate(cued.cues):
        if any(cue in ("we", "is proposed") for cue, _ in cues):
            offset = cued.starts[position]
            return min(
                (
                    mention.sentence_start
                    for entity in entities
                    for mention in entity.mentions
                    if mention.field == "abstract"
                    and mention.sentence_start <= offset < mention.sentence_end
                ),
                default=offset,
            )
    return -1


def _is_coined(paper: Paper, entity: PaperEntity) -> bool:
    """Tell whether the paper presents the entity as a name of its own making."""
    for mention in entity.mentions:
        if mention.field == "title":
            if mention.start == 0 and paper.title[mention.end : mention.end + 1] in {":", "："}:
                return True
        elif _PROPER.search(mention.surface):
            cued = read_cues(paper.abstract)
            first, _ = cued.span(mention.sentence_start, mention.sentence_end)
            before = cued.before(first, cued.span(mention.start, mention.end)[0])
            if before.adjacent & {"called", "contribute"}:
                return True
    return False


@cache
def read_points() -> dict[str, tuple[int, ...]]:
    """Points of each named evidence, a number for each role, from ``role_points.tsv``."""
    lines = (files("extractors.words") / "role_points.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {name: tuple(map(int, numbers)) for name, *numbers in rows}
