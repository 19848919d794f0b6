"""A graph as nodes and edges with attributes: what GraphML, GEXF, KGX and networkx write down.

Nodes are papers and entities; venues, authors and identifiers are attributes of papers. Edges are
links (paper to entity, named by role), relations (head to tail), ``broader`` (narrower to broader)
and ``co-occurs-with`` (from the IRI that sorts first; it has no direction in itself). Three levels of
evidence, as in ``exports.triples``: ``none`` gives edges their kind; ``summary`` also numbers, names
and the papers that state a relation; ``full`` also the places of mentions, or of the sentences that
state a relation (``field:start-end``), and the sentences.

Not carried: abstracts, the order of namesake authors, the languages of aliases, roles by year, the
ledger and the merges.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from exports.iris import valid_iri
from exports.streams import Follower, Row, Texts, by_entity, resorted, rows, sorted_rows
from exports.triples import Evidence
from ontology.errors import GraphError
from ontology.tables import SCHEMAS, GraphTables

if TYPE_CHECKING:
    import networkx as nx

Value = str | int | float | bool | list[str]
Years = dict[int, int]
"""Papers of each year, years ascending."""

PAPER = "Paper"
BROADER = "broader"
CO_OCCURS_WITH = "co-occurs-with"


class Node(NamedTuple):
    """A paper or an entity; ``kind`` is ``Paper`` or the entity's type. Absent values have no key."""

    iri: str
    kind: str
    label: str
    attributes: dict[str, Value]
    years: Years


class Edge(NamedTuple):
    """A link, a relation, a broader term or a co-occurrence, named by ``kind``."""

    source: str
    target: str
    kind: str
    attributes: dict[str, Value]
    years: Years


NODE_ATTRIBUTES: dict[str, type] = {
    "paper_id": str, "venue": str, "authors": list, "keywords": list, "year": int, "doi": str,
    "arxiv": str, "pmid": str, "url": str, "listed": bool, "aliases": list, "papers": int,
    "mentions": int, "first_year": int, "last_year": int,
}  # fmt: skip
"""Attributes of nodes, those of papers first; ``papers`` counts the papers of an entity."""

EDGE_ATTRIBUTES: dict[str, type] = {
    "weight": float, "confidence": float, "basis": str, "mentions": int, "extractors": list, "papers": list,
    "places": list, "sentences": list,
}  # fmt: skip
"""Attributes of edges; ``weight`` counts the papers behind one, ``basis`` says who put a term
under a broader one: ``vocabulary``, ``stated`` or ``head``.

``papers`` are the IRIs of the papers that state a relation, one a statement, in step with its
``places`` and ``sentences``.
"""

_STATED = pa.schema(
    [
        *(SCHEMAS["relations"].field(name) for name in ("head", "relation", "tail", "paper")),
        *(SCHEMAS["relations"].field(name) for name in ("field", "sentence_start")),
        *(SCHEMAS["relations"].field(name) for name in ("sentence_end", "confidence", "source")),
        pa.field("sentence", pa.string()),
    ]
)


def nodes(graph: GraphTables) -> Iterator[Node]:
    """Stream entities, then papers. Raises ``GraphError`` where a row refers to nothing."""
    aliases = Follower("aliases", rows(graph, "aliases", ["entity", "alias"]))
    yearly = Follower("entity_years", rows(graph, "entity_years", ["entity", "year", "papers"]))
    counted = ("listed", "papers", "mentions", "first_year", "last_year")
    for iri, kind, name, *values in rows(graph, "entities", ["iri", "type", "name", *counted]):
        years: Years = {}
        for _, year, papers in yearly.at(iri):
            years[year] = years.get(year, 0) + papers
        names = dict.fromkeys(alias for _, alias in aliases.at(iri) if alias != name)
        attributes = dict(zip(counted, values, strict=True)) | {"aliases": list(names)}
        yield Node(valid_iri(iri), kind, name, _present(attributes), years)
    aliases.finish()
    yearly.finish()
    columns = ("id", "venue", "authors", "keywords", "year", "doi", "arxiv", "pmid", "url")
    for iri, title, *values in rows(graph, "papers", ["iri", "title", *columns]):
        attributes = dict(zip(("paper_id", *columns[1:]), values, strict=True))
        year = attributes["year"]
        yield Node(
            valid_iri(iri), PAPER, title, _present(attributes), {} if year is None else {year: 1}
        )


def edges(graph: GraphTables, evidence: Evidence) -> Iterator[Edge]:
    """Stream links, relations, broader terms and co-occurrences."""
    papers = {key: (valid_iri(iri), year) for key, iri, year in rows(graph, "papers", _PAPER)}
    yield from _links(graph, evidence)
    yield from _relations(graph, evidence, papers)
    for narrower, broader, *behind in rows(graph, "broader", _STEP):
        known = {} if evidence == "none" else _step(*behind)
        yield Edge(valid_iri(narrower), valid_iri(broader), BROADER, known, {})
    for a, b, count in rows(graph, "cooccurrence", ["a", "b", "papers"]):
        attributes: dict[str, Value] = {} if evidence == "none" else {"weight": float(count)}
        yield Edge(valid_iri(a), valid_iri(b), CO_OCCURS_WITH, attributes, {})


def to_networkx(graph: GraphTables, *, evidence: Evidence = "full") -> nx.MultiDiGraph:
    """The graph in memory, nodes by IRI and edges by kind.

    Nodes have ``kind``, ``label`` and the attributes of ``NODE_ATTRIBUTES``, edges those of
    ``EDGE_ATTRIBUTES``; where papers have years, both have ``years``, the papers of each.
    """
    import networkx as nx  # noqa: PLC0415  only this function needs it

    found = nx.MultiDiGraph(name=graph.name)
    for node in nodes(graph):
        years = {"years": node.years} if node.years else {}
        found.add_node(node.iri, kind=node.kind, label=node.label, **node.attributes, **years)
    for edge in edges(graph, evidence):
        years = {"years": edge.years} if edge.years else {}
        found.add_edge(edge.source, edge.target, key=edge.kind, **edge.attributes, **years)
    return found


_PAPER = ("id", "iri", "year")
_STEP = ("narrower", "broader", "source", "confidence", "papers")
_LINK = ("paper", "entity", "role", "confidence", "mentions", "sources")
_STATEMENT = (
    "paper", "head", "relation", "tail", "field", "sentence_start", "sentence_end", "confidence",
    "source",
)  # fmt: skip


def _step(source: str, confidence: float, papers: int) -> dict[str, Value]:
    stated: dict[str, Value] = {"weight": float(papers)} if papers else {}
    return {**stated, "confidence": confidence, "basis": source}


def _present(attributes: Mapping[str, Value | None]) -> dict[str, Value]:
    return {key: v for key, v in attributes.items() if v is not None and v not in ("", [])}


def _links(graph: GraphTables, evidence: Evidence) -> Iterator[Edge]:
    links = Follower("links", rows(graph, "links", _LINK))
    full = evidence == "full"
    spans = rows(graph, "mentions", SCHEMAS["mentions"].names) if full else iter(())
    mentions = Follower("mentions", spans)
    columns = ("id", "iri", "year", "title", *(["abstract"] if full else []))
    for key, iri, year, title, *abstract in rows(graph, "papers", columns):
        linked = links.at(key)
        found = by_entity(linked, mentions.at(key))
        texts = Texts(title=title, abstract="".join(abstract))
        years = {} if year is None else {year: 1}
        for _, entity, role, confidence, count, sources in linked:
            attributes: dict[str, Value | None] = {}
            if evidence != "none":
                attributes = {
                    "weight": 1.0, "confidence": confidence, "mentions": count,
                    "extractors": list(dict.fromkeys(sources)),
                }  # fmt: skip
            if full:
                attributes["places"] = [f"{m[2]}:{m[3]}-{m[4]}" for m in found[entity]]
                quoted = dict.fromkeys(texts[m[2]][m[6] : m[7]] for m in found[entity])
                attributes["sentences"] = [sentence for sentence in quoted if sentence]
            yield Edge(valid_iri(iri), valid_iri(entity), role, _present(attributes), years)
    links.finish()
    mentions.finish()


def _relations(
    graph: GraphTables, evidence: Evidence, papers: dict[str, tuple[str, int | None]]
) -> Iterator[Edge]:
    with closing(_quoted(graph) if evidence == "full" else _unquoted(graph)) as found:
        for (head, relation, tail), same in groupby(found, itemgetter(0, 1, 2)):
            statements = list(same)
            stated_by = [_paper(papers, statement[3]) for statement in statements]
            years: Years = {}
            for _, year in sorted(set(stated_by), key=lambda paper: paper[1] or 0):
                if year is not None:
                    years[year] = years.get(year, 0) + 1
            attributes: dict[str, Value | None] = {}
            if evidence != "none":
                attributes = {
                    "weight": float(len(set(stated_by))),
                    "confidence": max(statement[7] for statement in statements),
                    "extractors": sorted({statement[8] for statement in statements}),
                    "papers": [iri for iri, _ in stated_by],
                }
            if evidence == "full":
                attributes["places"] = [f"{s[4]}:{s[5]}-{s[6]}" for s in statements]
                sentences = [statement[9] for statement in statements]
                attributes["sentences"] = sentences if any(sentences) else None
            yield Edge(valid_iri(head), valid_iri(tail), relation, _present(attributes), years)


def _paper(papers: dict[str, tuple[str, int | None]], key: str) -> tuple[str, int | None]:
    if key not in papers:
        raise GraphError(f'table relations: "{key}" is not in papers; rebuild the graph')
    return papers[key]


def _unquoted(graph: GraphTables) -> Generator[Row, None, None]:
    """The statements of all relations, those of one together."""
    yield from rows(graph, "relations", _STATED.names[:-1])


def _quoted(graph: GraphTables) -> Generator[Row, None, None]:
    """The statements of all relations, those of one together, with their sentences."""
    order = ("head", "relation", "tail", "paper", "field", "sentence_start", "source")
    with closing(sorted_rows(_STATED, _by_paper(graph), order)) as found:
        yield from found


def _by_paper(graph: GraphTables) -> Iterator[Row]:
    with closing(resorted(graph, "relations", _STATEMENT, _STATEMENT)) as found:
        relations = Follower("relations", found)
        for key, title, abstract in rows(graph, "papers", ["id", "title", "abstract"]):
            texts = Texts(title=title, abstract=abstract)
            for _, head, relation, tail, field, start, end, confidence, source in relations.at(key):
                sentence = texts[field][start:end]
                yield head, relation, tail, key, field, start, end, confidence, source, sentence
        relations.finish()
