"""The explorer: one HTML file that shows a graph, opens offline and asks nothing of the network.

The graph stands in the page as compressed JSON. Nothing that a paper contains becomes code: the
page's Content-Security-Policy admits its own script and style, by their hashes, and no connection.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import zlib
from collections.abc import Iterable, Sequence
from importlib.resources import files
from itertools import chain, pairwise
from pathlib import Path
from string import Template
from typing import Any

from exports.cut import Cut, Node, Sentence, ShownPaper, cut, strongest
from exports.files import text_file
from exports.layout import arrange
from exports.selection import WithoutText
from exports.triples import Evidence
from ontology.tables import GraphTables
from ontology.terms import EntityType, RelationType

TEXT_CHARACTERS = 1_000_000
"""Characters of abstracts in one page: sentences cited first, then whole abstracts, those of the
papers with the most links before others."""
LONGEST_ABSTRACT = 6_000
LONGEST_SENTENCE = 400
LONGEST_NAME = 300

_ASSETS = files("exports") / "templates" / "explorer"
_TYPES = list(EntityType)
_RELATIONS = list(RelationType)
_FIELDS = ("abstract", "title")


def write(
    graph: GraphTables, path: Path, *, max_nodes: int = 2000, evidence: Evidence = "full"
) -> None:
    """Write the explorer page of a graph; see :func:`generate`."""
    with text_file(path) as file:
        file.write(generate(graph, max_nodes=max_nodes, evidence=evidence))


def generate(graph: GraphTables, *, max_nodes: int = 2000, evidence: Evidence = "full") -> str:
    """The explorer page of a graph as one HTML text.

    It shows the ``max_nodes`` entities that most papers name, the relations between them, and of
    papers, sentences and abstracts what the bounds of :mod:`exports.cut` and of this module admit;
    the page says what it leaves out. Less than full evidence leaves out sentences and abstracts.
    """
    data = page_data(graph, max_nodes=max_nodes, evidence=evidence)
    script = asset("explorer.js")
    style = asset("explorer.css")
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return Template(asset("explorer.html")).substitute(
        title=html.escape(graph.name),
        policy=html.escape(policy),
        style=style,
        script=script,
        data=base64.b64encode(zlib.compress(data.encode("utf-8", "replace"), 9)).decode("ascii"),
    )


def page_data(graph: GraphTables, *, max_nodes: int = 2000, evidence: Evidence = "full") -> str:
    """What the page shows of a graph, as JSON; see :func:`generate`."""
    if evidence != "full":
        graph = WithoutText(graph)
    shown = cut(graph, strongest(graph, max_nodes=max_nodes))
    return json.dumps(_encoded(shown), ensure_ascii=False, separators=(",", ":"))


def asset(name: str) -> str:
    """The text of a file that pages are made of."""
    return (_ASSETS / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _encoded(shown: Cut) -> dict[str, Any]:
    """The cut as columns of plain values, as ``src/data.ts`` reads them."""
    places = arrange(_radii(shown), [(e.head, e.tail, _pull(e.papers)) for e in shown.edges])
    pieces = _pieces(shown)
    number = {paper: row for row, paper in enumerate(shown.census.ids)}
    return {
        "corpus": shown.name,
        "types": [kind.value for kind in _TYPES],
        "relations": [relation.value for relation in _RELATIONS],
        "entityCounts": [shown.entities.get(kind.value, 0) for kind in _TYPES],
        "years": _flat(shown.years),
        "venues": shown.census.venues,
        "all": {
            "id": shown.census.ids,
            "year": shown.census.year,
            "venue": shown.census.venue,
        },
        "nodes": {
            "iri": [node.iri for node in shown.nodes],
            "type": [_TYPES.index(node.type) for node in shown.nodes],
            "name": [clipped(node.name, LONGEST_NAME) for node in shown.nodes],
            "papers": [node.papers for node in shown.nodes],
            "x": [_short(x) for x in places.x],
            "y": [_short(y) for y in places.y],
            "community": places.community,
            "steps": [_steps(papers) for papers in shown.census.papers],
            "kinds": shown.census.kinds,
            "aliases": [
                _flat((clipped(alias, LONGEST_NAME), tag) for alias, tag in node.aliases)
                for node in shown.nodes
            ],
            "broader": [node.broader for node in shown.nodes],
            "evidence": [_spans(node.evidence) for node in shown.nodes],
            "definition": [_spans(_defining(node)) for node in shown.nodes],
        },
        "edges": {
            "head": [edge.head for edge in shown.edges],
            "tail": [edge.tail for edge in shown.edges],
            "kind": [
                -1 if edge.relation is None else _RELATIONS.index(edge.relation)
                for edge in shown.edges
            ],
            "papers": [edge.papers for edge in shown.edges],
            "evidence": [_spans(edge.evidence) for edge in shown.edges],
        },
        "papers": {
            "number": _steps([number[paper.id] for paper in shown.papers]),
            "title": [clipped(paper.title, LONGEST_ABSTRACT) for paper in shown.papers],
            "authors": [authors_line(paper.authors) for paper in shown.papers],
            "url": [paper.address for paper in shown.papers],
            "whole": [
                int(found == _whole(paper))
                for paper, found in zip(shown.papers, pieces, strict=True)
            ],
            "pieces": [
                _flat((start, paper.abstract[start:end]) for start, end in found)
                for paper, found in zip(shown.papers, pieces, strict=True)
            ],
            "marks": [
                _marks(paper, found) for paper, found in zip(shown.papers, pieces, strict=True)
            ],
        },
    }


def _radii(shown: Cut) -> list[float]:
    most = max((node.papers for node in shown.nodes), default=1)
    return [3 + 17 * math.sqrt(node.papers / most) for node in shown.nodes]


def _pull(papers: int) -> float:
    return 1.0 + math.log2(1 + papers)


def _steps(rising: Sequence[int]) -> list[int]:
    """Each number as its distance from the one before, which compresses better."""
    return [after - before for before, after in pairwise(chain([0], rising))]


def _short(number: float) -> float | int:
    return int(number) if number.is_integer() else number


def _flat(rows: Iterable[Iterable[Any]]) -> list[Any]:
    return [value for row in rows for value in row]


def clipped(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + "…"


def authors_line(names: Sequence[str]) -> str:
    """The first three authors of a paper, as the page names them."""
    listed = ", ".join(clipped(name, 80) for name in names[:3] if name)
    return f"{listed} et al." if len(names) > 3 else listed


def _defining(node: Node) -> tuple[Sentence, ...]:
    return () if node.definition is None else (node.definition,)


def window(start: int, end: int, focus: int) -> tuple[int, int]:
    """The stretch of a sentence that a page shows: all of it, or of an overlong one that around a place.

    >>> window(0, 100, 50), window(0, 1000, 500)
    ((0, 100), (300, 700))
    """
    first = max(start, min(focus - LONGEST_SENTENCE // 2, end - LONGEST_SENTENCE))
    return first, min(end, first + LONGEST_SENTENCE)


def _window(sentence: Sentence) -> tuple[int, int]:
    return window(sentence.start, sentence.end, sentence.focus)


def _spans(evidence: Iterable[Sentence]) -> list[int]:
    return _flat(
        (sentence.paper, _FIELDS.index(sentence.field), *_window(sentence)) for sentence in evidence
    )


def _whole(paper: ShownPaper) -> list[tuple[int, int]]:
    return [(0, len(paper.abstract))] if paper.abstract else []


def _pieces(shown: Cut) -> list[list[tuple[int, int]]]:
    """The stretches of each abstract that the page holds: all of it, or sentences cited."""
    cited: list[set[tuple[int, int]]] = [set() for _ in shown.papers]
    evidence = (node.evidence for node in shown.nodes), (edge.evidence for edge in shown.edges)
    for sentence in chain.from_iterable(chain(*evidence, map(_defining, shown.nodes))):
        if sentence.field == "abstract":
            cited[sentence.paper].add(_window(sentence))
    pieces = [_joined(sorted(spans)) for spans in cited]
    room = TEXT_CHARACTERS - sum(end - start for spans in pieces for start, end in spans)
    order = sorted(range(len(shown.papers)), key=lambda n: (-len(shown.papers[n].links), n))
    for number in order:
        paper = shown.papers[number]
        if len(paper.abstract) <= min(LONGEST_ABSTRACT, room):
            pieces[number] = _whole(paper)
            room -= len(paper.abstract)
    return pieces


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _marks(paper: ShownPaper, pieces: list[tuple[int, int]]) -> list[int]:
    return _flat(
        (_FIELDS.index(mark.field), mark.start, mark.end, mark.node)
        for mark in paper.marks
        if mark.field == "title"
        or any(start <= mark.start and mark.end <= end for start, end in pieces)
    )
