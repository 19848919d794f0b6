"""The part of a graph that one page can show: its strongest entities, edges, papers and sentences.

Everything is bounded, every bound is a constant below, and what was left out is counted, so that a
page can say so. Tables are streamed; what stays in memory is a few integers a link of the entities
shown, and the texts of the papers shown.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from exports.addresses import address
from exports.census import Census, take_census
from exports.columns import (
    FIELDS,
    RELATIONS,
    ROLES,
    Ints,
    Links,
    Spans,
    Statements,
    paper_years,
    ranks,
    read_columns,
    read_links,
    read_spans,
    read_statements,
)
from exports.definitions import definitions
from exports.entity_names import aliases_of, broader_of
from ontology.tables import GraphTables
from ontology.terms import EntityType, RelationType

RELATIONS_PER_NODE = 3
"""Stated relations kept for each entity shown, on average; the best supported first."""
NEIGHBOURS_PER_NODE = 3
"""Co-occurrence edges that each entity may ask for: its most specific companions."""
SENTENCES = 3
"""Sentences shown for each relation and each entity, newest papers first."""
STATEMENTS_PER_NODE = 4
"""Sentences of relations kept for each entity shown, on average: first one for each relation, then
second ones for the best supported, and so on; small graphs keep ``MIN_STATEMENTS``."""
MIN_STATEMENTS = 2000
PAPERS_PER_ROLE = 12
"""Papers wished for each entity and role, newest first."""
PAPERS_PER_NODE = 3
"""Papers kept for each entity shown, on average; small graphs keep at least ``MIN_PAPERS``."""
MIN_PAPERS = 1000

_TYPES = tuple(kind.value for kind in EntityType)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One span of a paper's text; ``paper`` is a position in ``Cut.papers``.

    ``focus`` is the start of the mention that the sentence was chosen for.
    """

    paper: int
    field: str
    start: int
    end: int
    focus: int


@dataclass(frozen=True, slots=True)
class Node:
    """One entity shown.

    ``aliases`` are pairs of name and language, ``broader`` positions in ``Cut.nodes``;
    ``definition`` is the sentence that says best what it is.
    """

    iri: str
    type: EntityType
    name: str
    papers: int
    aliases: tuple[tuple[str, str], ...]
    broader: tuple[int, ...]
    evidence: tuple[Sentence, ...]
    definition: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """Two entities shown: a stated relation, or plain co-occurrence where ``relation`` is None.

    ``head`` and ``tail`` are positions in ``Cut.nodes``; ``papers`` counts the papers behind it.
    """

    head: int
    tail: int
    relation: RelationType | None
    papers: int
    evidence: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """One mention of a shown entity in a shown paper; ``node`` is a position in ``Cut.nodes``."""

    field: str
    start: int
    end: int
    node: int


@dataclass(frozen=True, slots=True)
class ShownPaper:
    """A paper behind what is shown, with its links to shown entities and their marks.

    ``links`` are pairs of node and role position; absent numbers are ``None``.
    """

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    year: int | None
    address: str
    links: tuple[tuple[int, int], ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """What a page shows of a graph, and how much there is in all.

    ``entities`` counts the entities of each type, ``years`` the papers of each year; the census
    holds every paper and every link of the nodes, so that counts under filters are exact.
    """

    name: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    papers: tuple[ShownPaper, ...]
    entities: dict[str, int]
    years: tuple[tuple[int, int], ...]
    census: Census


def strongest(graph: GraphTables, *, max_nodes: int) -> list[str]:
    """IRIs of the entities with the most papers, ties by IRI; entities without paper never."""
    rows = (
        (-papers, iri)
        for batch in graph.batches("entities", ["iri", "papers"])
        for iri, papers in zip(*(column.to_pylist() for column in batch.columns), strict=True)
        if papers
    )
    return [iri for _, iri in heapq.nsmallest(max_nodes, rows)]


def cut(graph: GraphTables, iris: Sequence[str]) -> Cut:
    """Cut out the entities named, with the edges between them and the papers behind them."""
    shown = pa.array(sorted(iris), pa.string())
    ids, years = paper_years(graph)
    links = read_links(graph, shown, ids)
    statements = read_statements(graph, shown, ids)
    relations, chosen = _relations(statements, years, len(shown))
    kept = _kept_papers(
        links, statements.paper[chosen.ravel()[chosen.ravel() >= 0]], years, len(shown)
    )
    spans = read_spans(graph, shown, ids, kept)
    position = np.full(len(ids), -1, dtype=np.int64)
    position[kept] = np.arange(len(kept))
    counted = [
        (int(year), int(count))
        for year, count in zip(*np.unique(years[years > 0], return_counts=True), strict=True)
    ]
    papers = tuple(_papers(graph, ids, kept, links, spans))
    edges = (
        *_relation_edges(statements, relations, chosen, position),
        *_companions(graph, shown, links),
    )
    nodes = list(_nodes(graph, shown, links, years, position, spans))
    defined = definitions(
        spans,
        texts=[(paper.abstract, paper.title) for paper in papers],
        years=[paper.year or 0 for paper in papers],
        introducing={
            (n, node)
            for n, p in enumerate(papers)
            for node, role in p.links
            if ROLES[role] == "introduces"
        },
        types=[node.type for node in nodes],
    )
    return Cut(
        name=graph.name,
        nodes=tuple(
            _quoting(node, papers, Sentence(*defined[number]) if number in defined else None)
            for number, node in enumerate(nodes)
        ),
        edges=tuple(replace(edge, evidence=_worded(edge.evidence, papers)) for edge in edges),
        papers=papers,
        entities=_entity_counts(graph),
        years=tuple(counted),
        census=take_census(graph, links, ids, years, nodes=len(shown)),
    )


def _worded(evidence: Iterable[Sentence], papers: Sequence[ShownPaper]) -> tuple[Sentence, ...]:
    """The sentences whose text the graph holds; one without abstracts still knows their places."""
    return tuple(one for one in evidence if one.field == "title" or papers[one.paper].abstract)


def _quoting(node: Node, papers: Sequence[ShownPaper], definition: Sentence | None) -> Node:
    """The node with its definition, and sentences beside it whose text the graph holds."""
    said = (definition.paper, definition.field, definition.start) if definition else None
    found = [one for one in node.evidence if (one.paper, one.field, one.start) != said]
    most = SENTENCES - (definition is not None)
    return replace(node, evidence=_worded(found, papers)[:most], definition=definition)


def _entity_counts(graph: GraphTables) -> dict[str, int]:
    counts: Counter[str] = Counter(dict.fromkeys(_TYPES, 0))
    for batch in graph.batches("entities", ["type", "papers"]):
        for kind, papers in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            counts[kind] += bool(papers)
    return dict(counts)


def _relations(statements: Statements, years: Ints, nodes: int) -> tuple[Ints, Ints]:
    """Support of the relations kept, and the rows of their newest statements, -1 where fewer.

    Several sentences of one paper count once.
    """
    key = (statements.head * len(RELATIONS) + statements.relation) * nodes + statements.tail
    order = np.lexsort((statements.start, statements.paper, -years[statements.paper], key))
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (np.diff(key[order]) != 0) | (np.diff(statements.paper[order]) != 0)
    first = order[new]
    rank = ranks(key[first])
    heads = np.flatnonzero(rank == 0)
    support = np.diff(np.r_[heads, len(first)])
    best = np.lexsort((np.arange(len(heads)), -support))[: RELATIONS_PER_NODE * nodes]
    chosen = np.full((len(best), SENTENCES), -1, dtype=np.int64)
    room = max(MIN_STATEMENTS, STATEMENTS_PER_NODE * nodes)
    for column in range(SENTENCES):
        has = np.flatnonzero(support[best] > column)[:room]
        room -= len(has)
        chosen[has, column] = first[heads[best[has]] + column]
    return support[best], chosen


def _kept_papers(links: Links, stated: Ints, years: Ints, nodes: int) -> Ints:
    """Papers behind what is shown, sorted: every entity's newest in turn until the bound.

    Papers of statements shown come first, for a relation without sentence is a mere claim.
    """
    bound = max(MIN_PAPERS, PAPERS_PER_NODE * nodes)
    group = links.node * len(ROLES) + links.role
    order = np.lexsort((links.paper, -years[links.paper], group))
    rank = ranks(group[order])
    wished = order[np.lexsort((order, rank))][: int((rank < PAPERS_PER_ROLE).sum())]
    queue = np.concatenate([stated, links.paper[wished]])
    _, first = np.unique(queue, return_index=True)
    return np.sort(queue[np.sort(first)[: max(bound, len(np.unique(stated)))]])


def _nodes(
    graph: GraphTables,
    shown: pa.Array,
    links: Links,
    years: Ints,
    position: Ints,
    spans: Spans,
) -> Iterator[Node]:
    aliases = aliases_of(graph, shown)
    broader = broader_of(graph, shown)
    order = np.lexsort((links.paper, -years[links.paper], links.role, links.node))
    evidence: list[list[Sentence]] = [[] for _ in shown]
    for node, paper in zip(links.node[order].tolist(), links.paper[order].tolist(), strict=True):
        row = spans.get((int(position[paper]), node))
        if row and len(evidence[node]) < SENTENCES:
            field, focus, _, start, end = row[0]
            evidence[node].append(Sentence(int(position[paper]), FIELDS[field], start, end, focus))
    for batch in graph.batches("entities", ["iri", "type", "name", "papers"]):
        found = pc.index_in(batch.column("iri"), value_set=shown)
        inside = pc.is_valid(found)
        for node, row in zip(
            found.filter(inside).to_pylist(), batch.filter(inside).to_pylist(), strict=True
        ):
            yield Node(
                iri=row["iri"],
                type=EntityType(row["type"]),
                name=row["name"],
                papers=row["papers"],
                aliases=tuple(aliases[node]),
                broader=tuple(broader[node]),
                evidence=tuple(evidence[node]),
            )


def _relation_edges(
    statements: Statements, support: Ints, chosen: Ints, position: Ints
) -> Iterator[Edge]:
    for papers, rows in zip(support.tolist(), chosen.tolist(), strict=True):
        first = rows[0]
        yield Edge(
            head=int(statements.head[first]),
            tail=int(statements.tail[first]),
            relation=RelationType(RELATIONS[statements.relation[first]]),
            papers=papers,
            evidence=tuple(
                Sentence(
                    paper=int(position[statements.paper[row]]),
                    field=FIELDS[statements.field[row]],
                    start=int(statements.start[row]),
                    end=int(statements.end[row]),
                    focus=int(statements.start[row]),
                )
                for row in rows
                if row >= 0
            ),
        )


def _companions(graph: GraphTables, shown: pa.Array, links: Links) -> Iterator[Edge]:
    """Each entity's most specific companions by Ochiai's cosine, ties by papers, then by name."""
    a, b, papers = read_columns(
        graph, "cooccurrence", ("a", "b", "papers"), {"a": shown, "b": shown}
    )
    size = np.maximum(np.bincount(links.node, minlength=len(shown)), 1)
    cosine = papers / np.sqrt(size[a] * size[b])
    wanted = np.zeros(len(a), dtype=np.bool_)
    node, row = np.concatenate([a, b]), np.tile(np.arange(len(a)), 2)
    # A pair in one paper only says little where most entities have many.
    order = np.lexsort(
        (row, -papers[row], -cosine[row] * np.where(papers[row] > 1, 1.0, 0.25), node)
    )
    wanted[row[order[ranks(node[order]) < NEIGHBOURS_PER_NODE]]] = True
    for head, tail, number in zip(
        a[wanted].tolist(), b[wanted].tolist(), papers[wanted].tolist(), strict=True
    ):
        yield Edge(head=head, tail=tail, relation=None, papers=number, evidence=())


def _papers(
    graph: GraphTables, ids: pa.Array, kept: Ints, links: Links, spans: Spans
) -> Iterator[ShownPaper]:
    position = np.full(len(ids), -1, dtype=np.int64)
    position[kept] = np.arange(len(kept))
    roles: list[list[tuple[int, int]]] = [[] for _ in kept]
    inside = position[links.paper] >= 0
    rows = zip(
        position[links.paper[inside]].tolist(),
        links.node[inside].tolist(),
        links.role[inside].tolist(),
        strict=True,
    )
    for paper, node, role in rows:
        roles[paper].append((node, role))
    names = ["id", "title", "abstract", "authors", "year", "doi", "arxiv", "pmid", "url"]
    wanted = ids.take(pa.array(kept))
    numbers = count()
    for batch in graph.batches("papers", names):
        found = pc.is_in(batch.column("id"), value_set=wanted)
        for row in batch.filter(found).to_pylist():
            number = next(numbers)
            yield ShownPaper(
                id=row["id"],
                title=row["title"],
                abstract=row["abstract"],
                authors=tuple(row["authors"]),
                year=row["year"],
                address=address(row),
                links=tuple(roles[number]),
                marks=tuple(
                    Mark(FIELDS[field], start, end, node)
                    for node, _ in roles[number]
                    for field, start, end, _, _ in spans.get((number, node), ())
                ),
            )
