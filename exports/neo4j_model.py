"""The graph as Neo4j has it: labels, relationship types, properties, and the rows that fill them.

Import folder and push take both from here. Labels and relationship types are terms of the ontology,
never texts; identity is the IRI. Values are Python's: text, numbers, truth values, lists of texts;
what a paper or an entity lacks is ``None``, so that the property is absent.

Not carried: languages of aliases, year counts (Cypher counts them), end points of sentences, of
merges all but the most doubtful of each entity, and the ledger. The order of authors is carried
(``AUTHORED_BY.position``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Literal

import pyarrow as pa

from exports.doubts import doubts
from exports.iris import valid_iri
from exports.streams import (
    Follower,
    Row,
    Terms,
    Texts,
    by_entity,
    distinct,
    resorted,
    rows,
    sorted_rows,
)
from exports.triples import Evidence
from ontology.identifiers import person_iri, venue_iri
from ontology.tables import SCHEMAS, GraphTables
from ontology.terms import EntityType, RelationType, Role

MAKER = "litkg"
"""Value of ``madeBy`` on every node of a graph, by which it is told from nodes of others."""

_ROLES = Terms({role.value: role.value.upper() for role in Role})
_RELATIONS = Terms({kind.value: kind.value.upper().replace("-", "_") for kind in RelationType})
_LABELS = Terms({kind.value: kind.value for kind in EntityType})
_COLUMN = re.compile(r"(\w*):(\w+(?:\[\])?)(?:\((\w+)\))?")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a property (``name``), or what ``type`` says: ID, LABEL, START_ID, END_ID, TYPE.

    ``space`` is the label of the node that an ID belongs to.
    """

    name: str
    type: str
    space: str

    @property
    def is_property(self) -> bool:
        """Whether the column holds a property with a value of its own."""
        return self.type not in ("ID", "LABEL", "START_ID", "END_ID", "TYPE")


@dataclass(frozen=True, slots=True)
class Table:
    """Nodes of one label or relationships between two labels, as rows under a header.

    ``header`` is written as ``neo4j-admin`` reads it, IDs first. ``kind`` is the label of all nodes
    or the type of all relationships; ``kinds`` are what the column ``:LABEL`` or ``:TYPE`` may say
    beside or instead. ``behind`` are the last columns, those that say what stands behind a link or
    relation: ``summary`` of them are numbers and names, the rest sentences and places.
    """

    name: str
    element: Literal["nodes", "relationships"]
    kind: str
    header: tuple[str, ...]
    rows: Callable[[GraphTables], Iterator[Row]]
    kinds: tuple[str, ...] = ()
    behind: int = 0
    summary: int = 0

    @property
    def columns(self) -> tuple[Column, ...]:
        """The header, read."""
        return tuple(Column(*_COLUMN.findall(column)[0]) for column in self.header)

    def width(self, evidence: Evidence) -> int:
        """Number of columns that a level of evidence shows."""
        hidden = {"none": self.behind, "summary": self.behind - self.summary, "full": 0}
        return len(self.header) - hidden[evidence]


def node_iris(graph: GraphTables, label: str) -> Iterator[str]:
    """Stream the IRIs of all papers or entities, in the order in which relationships start there."""
    table = {"Paper": "papers", "Entity": "entities"}[label]
    return (valid_iri(iri) for (iri,) in rows(graph, table, ["iri"]))


def _texts(values: Iterable[str]) -> list[str] | None:
    return [value for value in values if value] or None


def _papers(graph: GraphTables) -> Iterator[Row]:
    columns = (
        "iri", "id", "title", "abstract", "year", "keywords", "doi", "arxiv", "pmid", "url", "origins",
    )  # fmt: skip
    for iri, key, title, abstract, year, keywords, *others, origins in rows(
        graph, "papers", columns
    ):
        places = dict.fromkeys(f"{origin['source']}:{origin['position']}" for origin in origins)
        yield (
            valid_iri(iri), key or None, title or None, abstract or None, year, _texts(keywords),
            *(text or None for text in others), _texts(places), MAKER,
        )  # fmt: skip


def _entities(graph: GraphTables) -> Iterator[Row]:
    aliases = Follower("aliases", rows(graph, "aliases", ["entity", "alias"]))
    columns = ("iri", "type", "name", "listed", "papers", "mentions", "first_year", "last_year")
    with closing(doubts(graph)) as found:
        doubtful = Follower("merges", found)
        for iri, kind, name, listed, *counts in rows(graph, "entities", columns):
            names = dict.fromkeys(alias for _, alias in aliases.at(iri))
            merged = doubtful.at(iri)
            yield (
                valid_iri(iri), _LABELS[kind], name or None, listed, *counts, _texts(names),
                merged[0][1] if merged else None, _texts(merged[0][2]) if merged else None, MAKER,
            )  # fmt: skip
        doubtful.finish()
    aliases.finish()


def _venues(graph: GraphTables) -> Iterator[Row]:
    return ((venue_iri(name), name, MAKER) for name in distinct(graph, "papers", "venue"))


def _persons(graph: GraphTables) -> Iterator[Row]:
    return ((person_iri(name), name, MAKER) for name in distinct(graph, "papers", "authors"))


def _published_in(graph: GraphTables) -> Iterator[Row]:
    for iri, venue in rows(graph, "papers", ["iri", "venue"]):
        if venue:
            yield valid_iri(iri), venue_iri(venue)


def _authored_by(graph: GraphTables) -> Iterator[Row]:
    for iri, authors in rows(graph, "papers", ["iri", "authors"]):
        for position, name in enumerate(dict.fromkeys(filter(None, authors)), start=1):
            yield valid_iri(iri), person_iri(name), position


def _broader(graph: GraphTables) -> Iterator[Row]:
    columns = ("narrower", "broader", "source", "confidence", "papers")
    for narrower, broader, source, confidence, papers in rows(graph, "broader", columns):
        yield valid_iri(narrower), valid_iri(broader), source or None, confidence, papers


def _co_occurrences(graph: GraphTables) -> Iterator[Row]:
    for a, b, papers in rows(graph, "cooccurrence", ["a", "b", "papers"]):
        yield valid_iri(a), valid_iri(b), papers


def _links(graph: GraphTables) -> Iterator[Row]:
    columns = ("paper", "entity", "role", "confidence", "mentions", "sources")
    links = Follower("links", rows(graph, "links", columns))
    mentions = Follower("mentions", rows(graph, "mentions", SCHEMAS["mentions"].names))
    for key, iri, title, abstract in rows(graph, "papers", ["id", "iri", "title", "abstract"]):
        texts = Texts(title=title, abstract=abstract)
        linked = links.at(key)
        spans = by_entity(linked, mentions.at(key))
        for _, entity, role, confidence, count, sources in linked:
            # Title first, as a reader meets them.
            found = sorted(spans[entity], key=lambda span: (span[2] != "title", span[3]))
            yield (
                valid_iri(iri), valid_iri(entity), _ROLES[role], confidence, count, _texts(sources),
                _texts(span[5] for span in found),
                _texts(f"{field}:{start}-{end}" for _, _, field, start, end, *_ in found),
                _texts(dict.fromkeys(texts[span[2]][span[6] : span[7]] for span in found)),
            )  # fmt: skip
    links.finish()
    mentions.finish()


_STATED = pa.schema(
    [
        *(SCHEMAS["relations"].field(name) for name in ("head", "relation", "tail", "paper")),
        *(SCHEMAS["relations"].field(name) for name in ("field", "sentence_start")),
        pa.field("sentence", pa.string()),
        *(SCHEMAS["relations"].field(name) for name in ("confidence", "source")),
    ]
)


def _relations(graph: GraphTables) -> Iterator[Row]:
    with closing(sorted_rows(_STATED, _statements(graph), _STATED.names)) as statements:
        for (head, relation, tail), same in groupby(statements, itemgetter(0, 1, 2)):
            _, _, _, papers, _, _, sentences, confidences, sources = zip(*same, strict=True)
            yield (
                valid_iri(head), valid_iri(tail), _RELATIONS[relation], max(confidences),
                len(set(papers)), _texts(sorted(set(sources))), _texts(papers),
                list(sentences) if any(sentences) else None,  # one each a paper
            )  # fmt: skip


def _statements(graph: GraphTables) -> Iterator[Row]:
    columns = (
        "paper", "head", "relation", "tail", "field", "sentence_start", "sentence_end",
        "confidence", "source",
    )  # fmt: skip
    with closing(resorted(graph, "relations", columns, columns)) as found:
        relations = Follower("relations", found)
        for key, title, abstract in rows(graph, "papers", ["id", "title", "abstract"]):
            texts = Texts(title=title, abstract=abstract)
            for _, head, relation, tail, field, start, end, confidence, source in relations.at(key):
                sentence = texts[field][start:end]
                yield head, relation, tail, key, field, start, sentence, confidence, source
        relations.finish()


TABLES: tuple[Table, ...] = (
    Table(
        "papers", "nodes", "Paper",
        ("iri:ID(Paper)", "id:string", "title:string", "abstract:string", "year:int",
         "keywords:string[]", "doi:string", "arxiv:string", "pmid:string", "url:string",
         "origins:string[]", "madeBy:string"),
        _papers,
    ),
    Table(
        "entities", "nodes", "Entity",
        ("iri:ID(Entity)", ":LABEL", "name:string", "listed:boolean", "paperCount:long",
         "mentionCount:long", "firstYear:int", "lastYear:int", "aliases:string[]",
         "doubt:double", "doubtfulNames:string[]", "madeBy:string"),
        _entities, kinds=tuple(_LABELS.values()),
    ),
    Table("venues", "nodes", "Venue", ("iri:ID(Venue)", "name:string", "madeBy:string"), _venues),
    Table("persons", "nodes", "Person", ("iri:ID(Person)", "name:string", "madeBy:string"), _persons),
    Table(
        "links", "relationships", "",
        (":START_ID(Paper)", ":END_ID(Entity)", ":TYPE", "confidence:double", "mentionCount:long",
         "extractors:string[]", "surfaces:string[]", "places:string[]", "evidence:string[]"),
        _links, kinds=tuple(_ROLES.values()), behind=6, summary=3,
    ),
    Table(
        "relations", "relationships", "",
        (":START_ID(Entity)", ":END_ID(Entity)", ":TYPE", "confidence:double", "support:long",
         "extractors:string[]", "papers:string[]", "evidence:string[]"),
        _relations, kinds=tuple(_RELATIONS.values()), behind=5, summary=3,
    ),
    Table(
        "broader", "relationships", "BROADER",
        (":START_ID(Entity)", ":END_ID(Entity)", "source:string", "confidence:double",
         "support:long"),
        _broader, behind=2, summary=2,
    ),
    Table(
        "co-occurrences", "relationships", "CO_OCCURS_WITH",
        (":START_ID(Entity)", ":END_ID(Entity)", "paperCount:long"), _co_occurrences,
    ),
    Table(
        "published-in", "relationships", "PUBLISHED_IN",
        (":START_ID(Paper)", ":END_ID(Venue)"), _published_in,
    ),
    Table(
        "authored-by", "relationships", "AUTHORED_BY",
        (":START_ID(Paper)", ":END_ID(Person)", "position:int"), _authored_by,
    ),
)  # fmt: skip
"""All of a graph, nodes before relationships. A row of relationships follows its start's order."""

SCHEMA: tuple[str, ...] = (
    "CREATE CONSTRAINT paper_iri IF NOT EXISTS FOR (n:Paper) REQUIRE n.iri IS UNIQUE",
    "CREATE CONSTRAINT entity_iri IF NOT EXISTS FOR (n:Entity) REQUIRE n.iri IS UNIQUE",
    "CREATE CONSTRAINT venue_iri IF NOT EXISTS FOR (n:Venue) REQUIRE n.iri IS UNIQUE",
    "CREATE CONSTRAINT person_iri IF NOT EXISTS FOR (n:Person) REQUIRE n.iri IS UNIQUE",
    "CREATE INDEX paper_id IF NOT EXISTS FOR (n:Paper) ON (n.id)",
    "CREATE INDEX paper_year IF NOT EXISTS FOR (n:Paper) ON (n.year)",
    "CREATE INDEX entity_name IF NOT EXISTS FOR (n:Entity) ON (n.name)",
    "CREATE INDEX dataset_name IF NOT EXISTS FOR (n:Dataset) ON (n.name)",
    "CREATE INDEX modality_name IF NOT EXISTS FOR (n:Modality) ON (n.name)",
    "CREATE INDEX method_name IF NOT EXISTS FOR (n:Method) ON (n.name)",
    "CREATE INDEX task_name IF NOT EXISTS FOR (n:Task) ON (n.name)",
)
"""Constraints and indexes, one statement each; they may be run again."""
