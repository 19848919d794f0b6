"""Annotated papers as JSON Lines: what ``kg extract`` writes and ``kg evaluate`` reads.

One object a line: ``id``, ``title``, ``abstract``, ``venue`` and ``year`` where known, ``entities``
(``type``, ``name``, ``forms``, ``role``, ``confidence``, ``mentions`` as ``[field, start, end]``)
and ``relations`` (``[head name, relation, tail name, confidence]``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from reprlib import repr as shortened
from typing import Any, TypeVar

from ontology.errors import InputError
from ontology.records import AnnotatedPaper, Field, Mention, Paper, PaperEntity, PaperRelation
from ontology.terms import EntityType, RelationType, Role

_T = TypeVar("_T")
_Term = TypeVar("_Term", EntityType, Role, RelationType)
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Characters that JSON allows unescaped but that end a line, or cannot be encoded, elsewhere."""


def to_json(annotated: AnnotatedPaper) -> str:
    """Write an annotated paper as one line of JSON, without the line end.

    Keys come in a fixed order; confidences are rounded to four digits. Sentences, sources and
    the remaining fields of the paper are not part of the format.
    """
    paper = annotated.paper
    record: dict[str, Any] = {"id": paper.id, "title": paper.title, "abstract": paper.abstract}
    if paper.venue:
        record["venue"] = paper.venue
    if paper.year is not None:
        record["year"] = paper.year
    record["entities"] = [
        {
            "type": entity.type.value,
            "name": entity.name,
            "forms": list(entity.forms),
            "role": entity.role.value,
            "confidence": round(entity.confidence, 4),
            "mentions": [
                [mention.field, mention.start, mention.end] for mention in entity.mentions
            ],
        }
        for entity in annotated.entities
    ]
    record["relations"] = [
        [
            annotated.entities[relation.head].name,
            relation.relation.value,
            annotated.entities[relation.tail].name,
            round(relation.confidence, 4),
        ]
        for relation in annotated.relations
    ]
    line = json.dumps(record, ensure_ascii=False)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", line)


def read_annotations(path: Path) -> Iterator[AnnotatedPaper]:
    """Read annotated papers, gold or predicted, in file order; blank lines are skipped.

    An absent confidence reads as 1. The format keeps no sentences, so the sentence of a mention is
    its whole field and that of a relation the whole abstract. A relation whose names fit several
    entities joins the first pair that its signature allows, else the first pair.

    Raises :class:`InputError` naming file and line where a record breaks the format.
    """
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _annotated_paper(line, f"{path}:{number}")
    except OSError as error:
        raise InputError(f"{path}: cannot be read; {error.strerror}") from error


def _annotated_paper(line: bytes, where: str) -> AnnotatedPaper:
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{where}: no JSON object in UTF-8; {error}") from error
    if not isinstance(record, dict):
        raise InputError(f"{where}: no JSON object; every line holds one paper as {{...}}")
    year = record.get("year")
    paper = Paper(
        id=_value(record, "id", str, where),
        title=_value(record, "title", str, where),
        abstract=_value(record, "abstract", str, where),
        venue=_value(record, "venue", str, where) if record.get("venue") is not None else "",
        year=_value(record, "year", int, where) if year is not None else None,
    )
    entities = tuple(
        _entity(cell, paper, f"{where}: entity {position}")
        for position, cell in enumerate(_value(record, "entities", list, where), start=1)
    )
    relations = (
        _relation(cell, paper, entities, f"{where}: relation {position}")
        for position, cell in enumerate(_value(record, "relations", list, where), start=1)
    )
    return AnnotatedPaper(
        paper,
        entities,
        tuple(sorted(relations, key=lambda item: (item.head, item.relation.value, item.tail))),
    )


def _entity(cell: object, paper: Paper, where: str) -> PaperEntity:
    if not isinstance(cell, dict):
        raise InputError(
            f"{where}: {shortened(cell)}; an entity is an object with type, name, mentions"
        )
    mentions = tuple(_mention(span, paper, where) for span in _value(cell, "mentions", list, where))
    return PaperEntity(
        type=_member(EntityType, cell, "type", where),
        name=_value(cell, "name", str, where),
        forms=tuple(dict.fromkeys(mention.surface for mention in mentions)),
        role=_member(Role, cell, "role", where),
        confidence=_confidence(cell.get("confidence", 1.0), where),
        mentions=mentions,
        sources=(),
    )


def _mention(span: object, paper: Paper, where: str) -> Mention:
    match span:
        case [("title" | "abstract") as name, int(start), int(end)]:
            field: Field = "title" if name == "title" else "abstract"
        case _:
            raise InputError(f"{where}: mention {shortened(span)}; it reads [field, start, end]")
    text = paper.text(field)
    if not 0 <= start < end <= len(text):
        raise InputError(
            f"{where}: mention {shortened(span)} lies outside the {field}; it has {len(text)} characters"
        )
    return Mention(field, start, end, text[start:end], 0, len(text))


def _relation(
    cell: object, paper: Paper, entities: tuple[PaperEntity, ...], where: str
) -> PaperRelation:
    match cell:
        case [str(head), str(kind), str(tail)]:
            confidence = 1.0
        case [str(head), str(kind), str(tail), value]:
            confidence = _confidence(value, where)
        case _:
            raise InputError(
                f"{where}: {shortened(cell)}; it reads [head name, relation, tail name]"
            )
    relation = _member(RelationType, {"relation": kind}, "relation", where)
    heads = [position for position, entity in enumerate(entities) if entity.name == head]
    tails = [position for position, entity in enumerate(entities) if entity.name == tail]
    if not heads or not tails:
        stranger = tail if heads else head
        raise InputError(f"{where}: {shortened(stranger)} is no entity of the paper")
    first, second = min(
        product(heads, tails),
        key=lambda ends: not relation.allows(entities[ends[0]].type, entities[ends[1]].type),
    )
    return PaperRelation(first, relation, second, confidence, "abstract", 0, len(paper.abstract))


def _value(record: Mapping[str, Any], key: str, kind: type[_T], where: str) -> _T:
    if key not in record:
        raise InputError(f"{where}: {key!r} is missing; a {kind.__name__} is needed")
    value = record[key]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise InputError(f"{where}: {key!r} is {shortened(value)}; a {kind.__name__} is needed")
    return value


def _member(terms: type[_Term], record: Mapping[str, Any], key: str, where: str) -> _Term:
    value = record.get(key)
    for member in terms:
        if member.value == value:
            return member
    allowed = ", ".join(member.value for member in terms)
    raise InputError(f"{where}: {key} {shortened(value)}; one of {allowed}")


def _confidence(value: object, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise InputError(f"{where}: confidence {shortened(value)}; a number from 0 to 1 is needed")
