"""What a person asks of a graph first: its overview, one entity, one paper."""

from __future__ import annotations

from dataclasses import dataclass

from kg.graph import Graph
from kg.hierarchy import StepSource
from ontology.errors import InputError
from ontology.terms import EntityType, Role


@dataclass(frozen=True, slots=True)
class LedgerSummary:
    """The ledger's rows of one reason and outcome: how many, and the first in words."""

    reason: str
    outcome: str
    rows: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of a graph, the entities of most papers a type, and the ledger in numbers."""

    name: str
    papers: int
    years: tuple[int, int] | None
    links: int
    relations: int
    mentions: int
    entities: dict[EntityType, int]
    top: dict[EntityType, tuple[tuple[str, int], ...]]
    ledger: tuple[LedgerSummary, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a paper with the spans to mark, relative to the sentence."""

    paper: str
    text: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A term one step up or down: its papers, who says so, and how many papers state it."""

    name: str
    papers: int
    source: StepSource
    stated: int


@dataclass(frozen=True, slots=True)
class EntityView:
    """One entity: its names, papers by role, stated and co-occurring neighbours, and evidence.

    ``broader`` and ``narrower`` are one step away, those of most papers first;
    ``papers_below`` counts the papers of the entity and of all terms under it, each paper once.
    """

    iri: str
    type: EntityType
    name: str
    aliases: tuple[str, ...]
    broader: tuple[Neighbour, ...]
    narrower: tuple[Neighbour, ...]
    papers_below: int
    papers: dict[Role, tuple[tuple[str, str, int | None], ...]]
    relations: tuple[tuple[str, str, str, int], ...]
    cooccurring: tuple[tuple[str, str, int], ...]
    evidence: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class MarkedMention:
    """A mention of a paper with the entity behind it."""

    field: str
    start: int
    end: int
    type: EntityType
    name: str


@dataclass(frozen=True, slots=True)
class PaperView:
    """One paper with its mentions in text order, its links and its relations."""

    id: str
    title: str
    abstract: str
    venue: str
    year: int | None
    authors: tuple[str, ...]
    mentions: tuple[MarkedMention, ...]
    links: tuple[tuple[Role, EntityType, str, float], ...]
    relations: tuple[tuple[str, str, str], ...]
    origins: tuple[str, ...]


LEDGER_EXAMPLES = 3
"""Rows of the ledger that an overview quotes of each reason."""


def overview(graph: Graph, *, top: int = 8) -> Overview:
    """Summarise a graph; ``top`` entities of each type, ties by name."""
    ask = graph.database.execute
    first, last = ask("SELECT min(year), max(year) FROM papers").fetchall()[0]
    counts = dict(
        ask("SELECT type, count(*) FROM entities WHERE papers > 0 GROUP BY type").fetchall()
    )
    ranked = {
        kind: tuple(
            ask(
                "SELECT name, papers FROM entities WHERE type = ? AND papers > 0 "
                "ORDER BY papers DESC, name LIMIT ?",
                [kind.value, top],
            ).fetchall()
        )
        for kind in EntityType
    }
    ledger = ask(_LEDGER, {"count": LEDGER_EXAMPLES}).fetchall()
    table_counts = graph.manifest["counts"]
    return Overview(
        name=graph.name,
        papers=table_counts["papers"],
        years=None if first is None else (first, last),
        links=table_counts["links"],
        relations=table_counts["relations"],
        mentions=table_counts["mentions"],
        entities={kind: counts.get(kind.value, 0) for kind in EntityType},
        top=ranked,
        ledger=tuple(
            LedgerSummary(reason, outcome, rows, tuple(examples))
            for reason, outcome, rows, examples in ledger
        ),
    )


def entity_view(graph: Graph, iri: str, *, sentences: int = 5) -> EntityView:
    """Gather what the graph knows of one entity; evidence of the strongest roles first.

    Raises :class:`InputError` where the graph has no such entity.
    """
    ask = graph.database.execute
    rows = ask("SELECT type, name FROM entities WHERE iri = ?", [iri]).fetchall()
    if not rows:
        raise InputError(f"{iri}: no such entity in {graph.name}; kg lookup finds IRIs by name")
    kind, name = rows[0]
    linked = ask(
        """
        SELECT role, id, title, year FROM links JOIN papers ON papers.id = links.paper
        WHERE entity = ? ORDER BY year DESC NULLS LAST, id
        """,
        [iri],
    ).fetchall()
    return EntityView(
        iri=iri,
        type=EntityType(kind),
        name=name,
        aliases=_column(
            graph,
            "SELECT alias FROM aliases WHERE entity = $1 AND alias <> $2 ORDER BY mentions DESC, alias",
            iri,
            name,
        ),
        broader=_neighbours(graph, iri, own="narrower", other="broader"),
        narrower=_neighbours(graph, iri, own="broader", other="narrower"),
        papers_below=ask(_BELOW, {"iri": iri}).fetchall()[0][0],
        papers={
            role: tuple((id_, title, year) for one, id_, title, year in linked if one == role.value)
            for role in Role
        },
        relations=tuple(ask(_RELATIONS, {"iri": iri}).fetchall()),
        cooccurring=tuple(ask(_COOCCURRING, {"iri": iri}).fetchall()),
        evidence=_evidence(graph, iri, sentences),
    )


def paper_view(graph: Graph, paper: str) -> PaperView | None:
    """Gather one paper with its mentions; ``None`` where the graph has no paper of this id."""
    ask = graph.database.execute
    rows = ask(
        "SELECT title, abstract, venue, year, authors, origins FROM papers WHERE id = ?", [paper]
    ).fetchall()
    if not rows:
        return None
    title, abstract, venue, year, authors, origins = rows[0]
    mentions = ask(
        """
        SELECT field, start, "end", type, name FROM mentions JOIN entities ON iri = entity
        WHERE paper = ? ORDER BY field DESC, start, "end"
        """,
        [paper],
    ).fetchall()
    links = ask(
        """
        SELECT role, type, name, confidence FROM links JOIN entities ON iri = entity
        WHERE paper = ? ORDER BY type, name
        """,
        [paper],
    ).fetchall()
    relations = ask(
        """
        SELECT head.name, relation, tail.name FROM relations
        JOIN entities AS head ON head.iri = head JOIN entities AS tail ON tail.iri = tail
        WHERE paper = ? ORDER BY ALL
        """,
        [paper],
    ).fetchall()
    return PaperView(
        id=paper,
        title=title,
        abstract=abstract,
        venue=venue,
        year=year,
        authors=tuple(authors),
        mentions=tuple(
            MarkedMention(field, start, end, EntityType(kind), name)
            for field, start, end, kind, name in mentions
        ),
        links=tuple(
            (Role(role), EntityType(kind), name, confidence)
            for role, kind, name, confidence in links
        ),
        relations=tuple(relations),
        origins=tuple(sorted({f"{one['source']}:{one['position']}" for one in origins})),
    )


_LEDGER = """
SELECT reason, outcome, count(*) AS rows,
       list(source || ':' || position || '  ' || detail ORDER BY source, position, detail)[:$count]
FROM ledger GROUP BY reason, outcome ORDER BY rows DESC, reason, outcome
"""

_NEIGHBOUR = """
SELECT name, entities.papers, source, broader.papers
FROM broader JOIN entities ON iri = {other} WHERE {own} = $1 ORDER BY entities.papers DESC, name
"""

_BELOW = """
WITH RECURSIVE below(term) AS (
  SELECT $iri UNION SELECT narrower FROM broader JOIN below ON broader.broader = term
)
SELECT count(DISTINCT paper) FROM links JOIN below ON entity = term
"""

_RELATIONS = """
SELECT CASE WHEN head = $iri THEN 'out' ELSE 'in' END AS direction, relation, name,
       count(DISTINCT paper) AS papers
FROM relations JOIN entities ON iri = CASE WHEN head = $iri THEN tail ELSE head END
WHERE head = $iri OR tail = $iri
GROUP BY ALL ORDER BY papers DESC, direction DESC, relation, name
"""

_COOCCURRING = """
SELECT type, name, cooccurrence.papers
FROM cooccurrence JOIN entities ON iri = CASE WHEN a = $iri THEN b ELSE a END
WHERE a = $iri OR b = $iri ORDER BY cooccurrence.papers DESC, type, name LIMIT 10
"""

_EVIDENCE = """
SELECT mentions.paper, field, sentence_start, sentence_end,
       CASE field WHEN 'title' THEN title ELSE abstract END AS text,
       list({'start': start, 'end': "end"} ORDER BY start) AS spans
FROM mentions
JOIN papers ON papers.id = mentions.paper
JOIN links ON links.paper = mentions.paper AND links.entity = mentions.entity
WHERE mentions.entity = $iri AND field = 'abstract'
GROUP BY ALL
ORDER BY min(list_position(['introduces', 'uses', 'compares', 'mentions'], role)),
         max(year) DESC NULLS LAST, mentions.paper, sentence_start
"""


def _evidence(graph: Graph, iri: str, count: int) -> tuple[Sentence, ...]:
    found: dict[str, Sentence] = {}
    for paper, _, start, end, text, spans in graph.database.execute(
        _EVIDENCE, {"iri": iri}
    ).fetchall():
        if paper not in found:
            inside = tuple((span["start"] - start, span["end"] - start) for span in spans)
            found[paper] = Sentence(paper, text[start:end], inside)
        if len(found) == count:
            break
    return tuple(found.values())


def _neighbours(graph: Graph, iri: str, *, own: str, other: str) -> tuple[Neighbour, ...]:
    query = _NEIGHBOUR.format(own=own, other=other)
    return tuple(
        Neighbour(name, papers, StepSource(source), stated)
        for name, papers, source, stated in graph.database.execute(query, [iri]).fetchall()
    )


def _column(graph: Graph, query: str, *parameters: str) -> tuple[str, ...]:
    return tuple(row[0] for row in graph.database.execute(query, list(parameters)).fetchall())
