"""What the served explorer asks for beyond its first picture: searches, neighbourhoods, evidence.

Answers are plain values, ready for JSON; ``docs/serve.md`` describes them. A *fragment* is a piece of
the graph: ``nodes``, ``edges`` and ``papers``, which name each other by IRI and paper id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from exports.addresses import address
from exports.census import CONFIDENCE_STEP, STEPS
from exports.columns import ROLES
from exports.html import (
    LONGEST_ABSTRACT,
    LONGEST_NAME,
    authors_line,
    clipped,
    window,
)
from kg.server.search import NameSearch
from ontology.errors import QueryError

MOST_HITS = 50
MOST_NEIGHBOURS = 200
MOST_TERMS = 100
"""Broader and narrower terms of an entity, each."""
MOST_ALIASES = 30
MOST_SENTENCES = 100
MOST_PAPERS = 100
MOST_DRAWN = 200
"""Entities of an answer that are drawn on the map."""

Row = dict[str, Any]

# A paper that states a relation between two entities counts twice, as in exports.neighbours.
_NEIGHBOURS = """
WITH near AS (
  SELECT entity AS other, count(*) AS together FROM link
  WHERE paper IN (SELECT paper FROM link WHERE entity = $centre) AND entity <> $centre GROUP BY ALL
), stated AS (
  SELECT CASE WHEN head = $centre THEN tail ELSE head END AS other, count(*) AS statements
  FROM statement WHERE head = $centre OR tail = $centre GROUP BY ALL
)
SELECT other, coalesce(together, 0) AS together FROM near FULL JOIN stated USING (other)
WHERE other <> $centre
ORDER BY coalesce(together, 0) + coalesce(statements, 0) DESC, other LIMIT $limit
"""
_RELATIONS = """
SELECT head, relation, tail, count(DISTINCT paper) AS papers FROM statement
WHERE (head = $centre AND tail IN (SELECT unnest($others)))
   OR (tail = $centre AND head IN (SELECT unnest($others)))
GROUP BY ALL ORDER BY papers DESC, head, relation, tail
"""
_BOTH = """
SELECT count(*) AS papers FROM link
WHERE entity = $a AND paper IN (SELECT paper FROM link WHERE entity = $b)
"""
# One sentence of each relation comes first, then the second ones.
_STATEMENTS = """
SELECT head, relation, tail, paper, field, sentence_start, sentence_end
FROM statement JOIN paper ON paper.number = statement.paper
WHERE (head = $a AND tail = $b) OR (head = $b AND tail = $a)
ORDER BY row_number() OVER (
  PARTITION BY head, relation, tail ORDER BY year DESC NULLS LAST, paper, field, sentence_start
), head, relation, tail
LIMIT $limit OFFSET $offset
"""
_SENTENCES = """
SELECT paper, span.field, span.sentence_start, span.sentence_end, span.start FROM (
  SELECT paper, min({'field': field, 'start': start, 'sentence_start': sentence_start,
                     'sentence_end': sentence_end}) AS span
  FROM mention WHERE entity = $entity GROUP BY paper
) AS spans JOIN (SELECT paper, role FROM link WHERE entity = $entity) AS linked USING (paper)
JOIN paper ON paper.number = spans.paper
ORDER BY list_position($roles, role), year DESC NULLS LAST, paper LIMIT $limit OFFSET $offset
"""
_MENTIONED = """
SELECT paper, field, sentence_start, sentence_end, start FROM mention
WHERE entity = $entity AND paper = $paper ORDER BY field, start LIMIT $limit OFFSET $offset
"""
_LINKS = """
SELECT entity, list(paper ORDER BY paper) AS papers,
       list((list_position($roles, role) - 1) * $steps
            + floor((floor(confidence * 100 + 1e-9)) / $step)::INTEGER ORDER BY paper) AS kinds
FROM link WHERE entity IN (SELECT unnest($entities)) GROUP BY entity
"""
_AMONG = """
WITH picked AS (SELECT unnest($numbers) AS number), stated AS (
  SELECT head, relation, tail, count(DISTINCT paper) AS papers FROM statement
  WHERE head IN (FROM picked) AND tail IN (FROM picked) GROUP BY ALL
), inside AS (SELECT paper, entity FROM link WHERE entity IN (FROM picked))
SELECT head, relation, tail, papers FROM stated
UNION ALL
SELECT one.entity, NULL, two.entity, count(*) FROM inside AS one
JOIN inside AS two ON one.paper = two.paper AND one.entity < two.entity GROUP BY ALL
ORDER BY ALL
"""


class Tables:
    """The tables of ``open_tables``; may be asked from several threads. Closed with its last user."""

    def __init__(self, path: Path) -> None:
        self._connection = duckdb.connect(str(path), read_only=True)

    def rows(self, sql: str, **values: Any) -> list[Row]:
        """Ask in SQL of our own, with values bound."""
        with self._connection.cursor() as cursor:
            found = cursor.execute(sql, values)
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


class Explorer:
    """A graph as the served explorer reads it; may be asked from several threads."""

    def __init__(self, tables: Path, graph: str, *, max_nodes: int) -> None:
        """Open the tables of ``open_tables``; ``graph`` is the digest told in every answer.

        ``max_nodes`` is the number of entities that every page holds from the start. The file is
        closed when the last answer from it is made, for a graph that was built anew has another one.
        """
        self.graph = graph
        self.rows = Tables(tables).rows
        self._search = NameSearch(self.rows)
        self._shown = {
            row["number"]
            for row in self.rows(
                "SELECT number FROM entity WHERE papers > 0 ORDER BY papers DESC, iri LIMIT $limit",
                limit=max_nodes,
            )
        }

    def search(self, text: str, *, limit: int) -> Row:
        """Entities by name or alias in any language, and papers by words of their title."""
        return {"graph": self.graph, **self._search.find(text, limit=limit)}

    def neighbourhood(self, iri: str, *, limit: int) -> Row:
        """An entity, those closest to it, and the edges that join it to them, as a fragment."""
        centre = self._entity(iri)
        near = self.rows(_NEIGHBOURS, centre=centre, limit=limit)
        others = [row["other"] for row in near]
        terms = self._terms(centre)
        sentences = self.rows(_SENTENCES, entity=centre, roles=list(ROLES), limit=3, offset=0)
        nodes = self._nodes([centre, *others, *terms["broader"], *terms["narrower"]])
        iris = {number: node["iri"] for number, node in nodes.items()}
        papers = self._papers(row["paper"] for row in sentences)
        quoted = [self._sentence(row, papers) for row in sentences]
        nodes[centre] |= {
            "aliases": self._aliases(centre),
            **{kind: [iris[number] for number in found] for kind, found in terms.items()},
            "evidence": [sentence for sentence in quoted if sentence],
        }
        edges = self._edges(centre, {row["other"]: row["together"] for row in near}, iris)
        return self._fragment(nodes=nodes.values(), edges=edges, papers=papers.values())

    def paper(self, paper_id: str) -> Row:
        """A paper with its whole abstract, all its mentions, and the entities it names, as a fragment."""
        number = self._paper(paper_id)
        [paper] = self._papers([number]).values()
        abstract = paper.pop("abstract")
        found = self.rows(
            'SELECT field, start, "end", iri AS entity, entity.number FROM mention'
            " JOIN entity ON entity.number = mention.entity WHERE paper = $paper ORDER BY ALL",
            paper=number,
        )
        linked = self.rows("SELECT entity FROM link WHERE paper = $paper", paper=number)
        paper["pieces"] = [[0, abstract]] if abstract else []
        paper["whole"] = True
        paper["marks"] = [
            [row[key] for key in ("field", "start", "end", "entity")] for row in found
        ]
        nodes = self._nodes(sorted({row["entity"] for row in linked}))
        return self._fragment(nodes=nodes.values(), papers=[paper])

    def papers(self, ids: Sequence[str]) -> Row:
        """Titles, authors and addresses of papers, without their abstracts, as a fragment.

        Ids that no paper has are passed over.
        """
        found = self.rows("SELECT number FROM paper WHERE list_contains($ids, id)", ids=list(ids))
        return self._fragment(papers=self._papers(row["number"] for row in found).values())

    def evidence(
        self, iri: str, *, other: str | None, paper: str | None, limit: int, offset: int
    ) -> Row:
        """Sentences that name an entity, or that state a relation between it and another.

        Those of an entity come one a paper, or where a paper is given all of it; those of a relation
        carry ``head``, ``relation`` and ``tail``. ``more`` tells that there are further ones.
        """
        entity = self._entity(iri)
        window = {"limit": limit + 1, "offset": offset}
        if other is not None:
            rows = self.rows(_STATEMENTS, a=entity, b=self._entity(other), **window)
        elif paper is not None:
            rows = self.rows(_MENTIONED, entity=entity, paper=self._paper(paper), **window)
        else:
            rows = self.rows(_SENTENCES, entity=entity, roles=list(ROLES), **window)
        papers = self._papers(row["paper"] for row in rows[:limit])
        nodes, edges = {}, []
        if other is not None:
            number = self._entity(other)
            nodes = self._nodes([entity, number])
            [both] = self.rows(_BOTH, a=entity, b=number)
            iris = {key: node["iri"] for key, node in nodes.items()}
            edges = self._edges(entity, {number: both["papers"]}, iris)
        sentences = []
        for row in rows[:limit]:
            sentence = self._sentence(row, papers)
            if sentence and "relation" in row:
                ends = {end: nodes[row[end]]["iri"] for end in ("head", "tail")}
                sentence |= {**ends, "relation": row["relation"]}
            if sentence:
                sentences.append(sentence)
        fragment = self._fragment(nodes=nodes.values(), edges=edges, papers=papers.values())
        return {**fragment, "sentences": sentences, "more": len(rows) > limit}

    def among(self, iris: Sequence[str]) -> Row:
        """The entities of IRIs and what joins them to each other, as a fragment; others are passed over."""
        found = self.rows(
            "SELECT number FROM entity WHERE iri IN (SELECT unnest($iris)) ORDER BY number",
            iris=list(iris),
        )
        nodes = self._nodes(row["number"] for row in found)
        told = {number: node["iri"] for number, node in nodes.items()}
        joined = self.rows(_AMONG, numbers=list(nodes))
        edges = [_edge(row, told) for row in joined]
        return self._fragment(nodes=nodes.values(), edges=edges)

    def _entity(self, iri: str) -> int:
        found = self.rows("SELECT number FROM entity WHERE iri = $iri", iri=iri)
        if not found:
            raise UnknownError(
                f"entity {iri!r}: the graph has none of this IRI; search for its name"
            )
        return int(found[0]["number"])

    def _iris(self, numbers: Iterable[int]) -> dict[int, str]:
        rows = self.rows(
            "SELECT number, iri FROM entity WHERE number IN (SELECT unnest($numbers))",
            numbers=list(numbers),
        )
        return {row["number"]: row["iri"] for row in rows}

    def _paper(self, paper_id: str) -> int:
        found = self.rows("SELECT number FROM paper WHERE id = $id", id=paper_id)
        if not found:
            raise UnknownError(f"paper {paper_id!r}: the graph has none of this id")
        return int(found[0]["number"])

    def _terms(self, centre: int) -> dict[str, list[int]]:
        """Numbers of the broader and of the narrower terms, those of most papers first."""
        return {
            kind: [
                row["number"]
                for row in self.rows(
                    f"SELECT number FROM step JOIN entity ON number = {kind}"  # noqa: S608
                    f" WHERE {centre_of} = $centre ORDER BY papers DESC, number LIMIT $limit",
                    centre=centre,
                    limit=MOST_TERMS,
                )
            ]
            for kind, centre_of in (("broader", "narrower"), ("narrower", "broader"))
        }

    def _nodes(self, numbers: Iterable[int]) -> dict[int, Row]:
        """Entities by number; with all their links, but those that every page has from the start."""
        wanted = list(dict.fromkeys(numbers))
        found = self.rows(
            "SELECT number, iri, type, name, papers FROM entity"
            " WHERE number IN (SELECT unnest($entities))",
            entities=wanted,
        )
        outside = [row["number"] for row in found if row["number"] not in self._shown]
        links = self.rows(
            _LINKS, entities=outside, roles=list(ROLES), steps=STEPS, step=CONFIDENCE_STEP
        )
        linked = {row.pop("entity"): row for row in links}
        nodes = {row["number"]: self._node(row, linked) for row in found}
        return {number: nodes[number] for number in wanted}

    def _node(self, row: Row, linked: dict[int, Row]) -> Row:
        number = row.pop("number")
        row["name"] = clipped(row["name"], LONGEST_NAME)
        if number not in self._shown:
            row["links"] = linked.get(number, {"papers": [], "kinds": []})
        return row

    def _edges(self, centre: int, together: dict[int, int], iris: dict[int, str]) -> list[Row]:
        """The relations that join an entity to others, and how many papers name it with each."""
        stated = self.rows(_RELATIONS, centre=centre, others=list(together))
        counted = (
            {"head": centre, "tail": other, "relation": None, "papers": papers}
            for other, papers in together.items()
            if papers
        )
        return [_edge(row, iris) for row in (*stated, *counted)]

    def _aliases(self, entity: int) -> list[list[str]]:
        rows = self.rows(
            "SELECT alias, language FROM alias WHERE entity = $entity ORDER BY place LIMIT $limit",
            entity=entity,
            limit=MOST_ALIASES,
        )
        return [[clipped(row["alias"], LONGEST_NAME), row["language"]] for row in rows]

    def _papers(self, numbers: Iterable[int]) -> dict[int, Row]:
        found = self.rows(
            "SELECT * FROM paper WHERE number IN (SELECT unnest($numbers)) ORDER BY number",
            numbers=list(set(numbers)),
        )
        return {
            row["number"]: {
                "id": row["id"],
                "number": row["number"],
                "title": clipped(row["title"], LONGEST_ABSTRACT),
                "authors": authors_line(row["authors"]),
                "venue": row["venue"],
                "year": row["year"],
                "url": address(row),
                "abstract": row["abstract"],
                "pieces": [],
                "whole": not row["abstract"],
                "marks": [],
            }
            for row in found
        }

    def _sentence(self, row: Row, papers: dict[int, Row]) -> Row | None:
        """The place of a sentence; its text goes to its paper. None where the graph has no text."""
        paper = papers[row["paper"]]
        text = paper["abstract"] if row["field"] == "abstract" else paper["title"]
        if not text:
            return None
        # Statements have no mention to show: the beginning of the sentence is.
        start, end = window(row["sentence_start"], row["sentence_end"], row.get("start", 0))
        if row["field"] == "abstract":
            piece = [start, text[start:end]]
            if piece not in paper["pieces"]:
                paper["pieces"].append(piece)
        return {"paper": paper["id"], "field": row["field"], "start": start, "end": end}

    def _fragment(
        self, *, nodes: Iterable[Row] = (), edges: Iterable[Row] = (), papers: Iterable[Row] = ()
    ) -> Row:
        """A piece of the graph; quoted papers get the marks that lie in what is quoted."""
        found = list(papers)
        quoted = {paper["number"]: paper for paper in found if "abstract" in paper}
        mentions = self.rows(
            'SELECT paper, field, start, "end", entity FROM mention'
            " WHERE paper IN (SELECT unnest($numbers)) ORDER BY ALL",
            numbers=list(quoted),
        )
        iris = self._iris({row["entity"] for row in mentions})
        for row in mentions:
            paper = quoted[row["paper"]]
            if row["field"] == "title" or any(
                start <= row["start"] and row["end"] <= start + len(text)
                for start, text in paper["pieces"]
            ):
                mark = [row["field"], row["start"], row["end"], iris[row["entity"]]]
                paper["marks"].append(mark)
        return {
            "graph": self.graph,
            "nodes": list(nodes),
            "edges": list(edges),
            "papers": [{k: v for k, v in one.items() if k != "abstract"} for one in found],
        }


def _edge(row: Row, iris: dict[int, str]) -> Row:
    return {**row, "head": iris[row["head"]], "tail": iris[row["tail"]]}


class UnknownError(QueryError):
    """No entity or paper of the graph has the IRI or id that was asked for."""
