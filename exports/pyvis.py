"""The neighbourhood of one entity as a small page made by pyvis, for notebooks and quick looks.

pyvis 0.3.2 links Bootstrap from a content delivery network even where all is said to stand in the
file, and prints its heading twice; both are mended here. Names stand on the canvas, sentences in
tooltips that vis-network sets as text. Tooltips of nodes hold no text of papers at all, for pyvis
turns them into markup as soon as one contains ``href``.
"""

from __future__ import annotations

import html
import json
import math
import re
from pathlib import Path
from typing import Any

from pyvis.network import Network

from exports.cut import Cut, Edge, cut
from exports.files import text_file
from exports.layout import Layout, arrange
from exports.neighbours import find, neighbours
from exports.selection import WithoutText
from exports.triples import Evidence
from ontology.errors import InputError
from ontology.tables import GraphTables
from ontology.terms import EntityType

COLOURS = {
    EntityType.DATASET: "#178f74",
    EntityType.MODALITY: "#b0469b",
    EntityType.METHOD: "#4470d0",
    EntityType.TASK: "#d98218",
}
"""Colour of each type, as in the explorer."""
SHAPES = {
    EntityType.DATASET: "square",
    EntityType.MODALITY: "triangle",
    EntityType.METHOD: "dot",
    EntityType.TASK: "diamond",
}
"""Shape of each type, as in the explorer."""

_REMOTE = re.compile(
    r"<link\b[^>]*\bhref=\"https?:[^>]*>|<script\b[^>]*\bsrc=\"https?:[^>]*>\s*</script>"
)
_HEADING = re.compile(r"<center>\s*<h1>.*?</h1>\s*</center>", re.DOTALL)
_COMMENT = re.compile(r"<!--\s*<link.*?-->", re.DOTALL)
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_OPTIONS = {
    "physics": {"enabled": False},
    "interaction": {"hover": True, "tooltipDelay": 120, "hideEdgesOnDrag": True},
    "nodes": {
        "font": {"strokeWidth": 4, "strokeColor": "#ffffff"},
        "scaling": {"label": {"drawThreshold": 9}},
    },
    "edges": {"smooth": False, "font": {"size": 11, "align": "middle", "color": "#5c6070"}},
}
_SPREAD = 1.8
MOST = 500
"""Entities that such a page draws without a stall."""
_WINDOW = (1000, 560)


def write(
    graph: GraphTables,
    path: Path,
    *,
    around: str,
    max_nodes: int = MOST,
    evidence: Evidence = "full",
) -> None:
    """Write the page of a neighbourhood; see :func:`generate`."""
    with text_file(path) as file:
        file.write(generate(graph, around=around, max_nodes=max_nodes, evidence=evidence))


def generate(
    graph: GraphTables, *, around: str, max_nodes: int = MOST, evidence: Evidence = "full"
) -> str:
    """The entity named ``around`` with what papers name beside it, as HTML.

    :func:`exports.neighbours.find` finds the entity. Beyond ``max_nodes`` the neighbours that are
    least close are left out. Raises :class:`~ontology.errors.InputError` where no entity
    has the name, and beyond ``MOST``. Less than full evidence leaves out the sentences.
    """
    if max_nodes > MOST:
        raise InputError(
            f"pyvis: {max_nodes:,} entities are too many; its page stalls beyond {MOST}, that of"
            " --format html does not"
        )
    if evidence != "full":
        graph = WithoutText(graph)
    centre = find(graph, around)
    close = neighbours(graph, centre)
    named = (iri for iri, papers in close.items() if papers)
    closest = sorted(named, key=lambda iri: (-close[iri], iri))[: max_nodes - 1]
    shown = cut(graph, [centre, *closest])
    number = next(n for n, node in enumerate(shown.nodes) if node.iri == centre)
    joined = {
        edge.head + edge.tail - number for edge in shown.edges if number in {edge.head, edge.tail}
    }
    spokes = tuple(
        Edge(number, other, None, close[node.iri], ())
        for other, node in enumerate(shown.nodes)
        if other != number and other not in joined
    )
    # Neighbours that merely occur together would cover what the papers state.
    edges = [e for e in shown.edges if e.relation or number in {e.head, e.tail}]
    return _page(shown, (*edges, *spokes), number)


def _page(shown: Cut, edges: tuple[Edge, ...], centre: int) -> str:
    most = max(1, *(node.papers for node in shown.nodes))
    radii = [6 + 22 * math.sqrt(node.papers / most) for node in shown.nodes]
    places = arrange(radii, [(edge.head, edge.tail, 1.0 + edge.papers) for edge in edges])
    letters = _letters(shown, places, radii, centre)
    network = Network(height="86vh", width="100%", cdn_resources="in_line")
    network.set_options(json.dumps(_OPTIONS))
    # Network.add_node and add_edge search all edges so far: 10,000 nodes took minutes.
    network.nodes = [
        {
            "id": number,
            "label": _clipped(node.name, 40),
            "title": f"{node.type.value} · {_papers(node.papers)}",
            "color": COLOURS[node.type],
            "shape": SHAPES[node.type],
            "size": radii[number],
            "font": {"size": letters[number]},
            "x": _SPREAD * places.x[number],
            "y": -_SPREAD * places.y[number],
            "borderWidth": 4 if number == centre else 1,
        }
        for number, node in enumerate(shown.nodes)
    ]
    network.edges = [_edge(shown, edge, named=centre in {edge.head, edge.tail}) for edge in edges]
    heading = f"{shown.nodes[centre].name} in {shown.name}"
    return _mended(network.generate_html(notebook=False), heading)


def _letters(shown: Cut, places: Layout, radii: list[float], centre: int) -> list[int]:
    """Sizes of names: those that a first look at the whole picture shows, and the rest for later.

    The browser fits the picture into its window and leaves out names of few pixels. Of the first
    names none covers another.
    """
    across = _SPREAD * (max(places.x) - min(places.x)) / _WINDOW[0]
    down = _SPREAD * (max(places.y) - min(places.y)) / _WINDOW[1]
    shrunk = max(1.0, across, down)
    taken: list[tuple[float, float, float, float]] = []
    sizes = [round(7 * shrunk)] * len(shown.nodes)
    for number in sorted(
        range(len(shown.nodes)), key=lambda n: (n != centre, -shown.nodes[n].papers, n)
    ):
        size = shrunk * (18 if number == centre else 13)
        half = 0.3 * size * len(_clipped(shown.nodes[number].name, 40))
        x, top = _SPREAD * places.x[number], -_SPREAD * places.y[number] + radii[number]
        box = (x - half, x + half, top, top + 1.3 * size)
        if not any(
            box[0] < right and left < box[1] and box[2] < bottom and upper < box[3]
            for left, right, upper, bottom in taken
        ):
            taken.append(box)
            sizes[number] = round(size)
    return sizes


def _edge(shown: Cut, edge: Edge, *, named: bool) -> dict[str, Any]:
    line: dict[str, Any] = {"from": edge.head, "to": edge.tail, "width": 1 + math.log2(edge.papers)}
    if edge.relation is None:
        return line | {"color": "#d9d5ca", "title": f"named together in {_papers(edge.papers)}"}
    kind = edge.relation.value.replace("-", " ")
    lines = [f"{kind}: {_papers(edge.papers)}"]
    for sentence in edge.evidence:
        paper = shown.papers[sentence.paper]
        text = paper.title if sentence.field == "title" else paper.abstract
        year = f" ({paper.year})" if paper.year else ""
        lines.append(
            f"“{_clipped(text[sentence.start : sentence.end], 300)}” {_clipped(paper.title, 90)}{year}"
        )
    return line | {
        "color": {"color": COLOURS[shown.nodes[edge.tail].type], "opacity": 1 if named else 0.25},
        "arrows": "to",
        "label": kind if named else "",
        "title": "\n\n".join(lines),
    }


def _mended(page: str, heading: str) -> str:
    """Take out what would call the network, and give the page a policy, a title and one heading."""
    for pattern in (_COMMENT, _HEADING, _REMOTE):
        page = pattern.sub("", page)
    text = html.escape(heading)
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(_POLICY)}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{text}</title>'
        "<style>body{margin:0;font:14px system-ui,sans-serif;color:#1c1e26}"
        "h1{font:600 20px Georgia,serif;margin:14px 18px}"
        ".vis-tooltip{max-width:420px;white-space:pre-wrap!important}</style>"
    )
    page = page.replace("<html>", '<!doctype html>\n<html lang="en">', 1)
    page = page.replace('<meta charset="utf-8">', f'<meta charset="utf-8">{head}', 1)
    return page.replace("<body>", f"<body><h1>{text}</h1>", 1)


def _papers(count: int) -> str:
    return "1 paper" if count == 1 else f"{count:,} papers"


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
