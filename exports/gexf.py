"""GEXF: the network with its years, for Gephi's timeline.

Specification: https://gexf.net/ (version 1.3). Nodes, edges and attributes are those of
``exports.network``; ids are IRIs, lists stand as JSON texts. A node has a spell for each run of years
in which papers name it and the number of its papers in each of them (``papers_in_year``); a link has
that of its paper, a relation those of the papers that state it. What has no year is there always.

Not carried: what ``exports.network`` leaves out, that ``co-occurs-with`` has no direction and in which
years, and characters that XML 1.0 forbids, which become U+FFFD.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from exports.files import write_text
from exports.graphml import plain
from exports.network import EDGE_ATTRIBUTES, NODE_ATTRIBUTES, Edge, Node, Value, Years, edges, nodes
from exports.streams import joined
from exports.triples import Evidence
from exports.xmltext import xml_text
from ontology.tables import GraphTables

_ELEMENTS = 2048
_TYPES = {str: "string", list: "string", int: "integer", float: "double", bool: "boolean"}
_NODE = {"kind": str, **NODE_ATTRIBUTES}
# The weight of an edge is an attribute of GEXF itself.
_EDGE = {name: type_ for name, type_ in EDGE_ATTRIBUTES.items() if name != "weight"}


def generate(graph: GraphTables, *, evidence: Evidence = "full") -> Iterator[str]:
    """Stream the graph as GEXF, in pieces of whole elements."""
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gexf xmlns="http://gexf.net/1.3" version="1.3">\n'
        f"<meta><description>{xml_text(graph.name)}</description></meta>\n"
        '<graph mode="dynamic" defaultedgetype="directed" timeformat="double">\n'
        f'<attributes class="node" mode="static">\n{_declared(_NODE)}</attributes>\n'
        '<attributes class="node" mode="dynamic">\n'
        '<attribute id="papers_in_year" title="papers_in_year" type="integer"/>\n</attributes>\n'
        f'<attributes class="edge" mode="static">\n{_declared(_EDGE)}</attributes>\n'
        "<nodes>\n"
    )
    yield from joined(map(_node, nodes(graph)), _ELEMENTS)
    yield "</nodes>\n<edges>\n"
    found = (_edge(number, edge) for number, edge in enumerate(edges(graph, evidence)))
    yield from joined(found, _ELEMENTS)
    yield "</edges>\n</graph>\n</gexf>\n"


def write(graph: GraphTables, path: Path, *, evidence: Evidence = "full") -> None:
    """Write the graph to a file, compressed where the name ends in ``.gz``, or to stdout (``-``)."""
    write_text(path, generate(graph, evidence=evidence))


def spells(years: Iterable[int]) -> list[tuple[int, int]]:
    """Runs of consecutive years, each with its first and last.

    >>> spells([2015, 2016, 2019])
    [(2015, 2016), (2019, 2019)]
    """
    found: list[tuple[int, int]] = []
    for year in sorted(years):
        if found and year == found[-1][1] + 1:
            found[-1] = (found[-1][0], year)
        else:
            found.append((year, year))
    return found


def _declared(attributes: dict[str, type]) -> str:
    return "".join(
        f'<attribute id="{name}" title="{name}" type="{_TYPES[type_]}"/>\n'
        for name, type_ in attributes.items()
    )


def _node(node: Node) -> str:
    inside = _values({"kind": node.kind, **node.attributes}, node.years) + _spells(node.years)
    return f'<node id="{xml_text(node.iri)}" label="{xml_text(node.label)}">{inside}</node>\n'


def _edge(number: int, edge: Edge) -> str:
    attributes = dict(edge.attributes)
    weight = f' weight="{attributes.pop("weight")}"' if "weight" in attributes else ""
    return (
        f'<edge id="{number}" source="{xml_text(edge.source)}" target="{xml_text(edge.target)}"'
        f' kind="{edge.kind}" label="{edge.kind}"{weight}>'
        f"{_values(attributes, {})}{_spells(edge.years)}</edge>\n"
    )


def _values(attributes: dict[str, Value], years: Years) -> str:
    static = "".join(
        f'<attvalue for="{name}" value="{xml_text(plain(value))}"/>'
        for name, value in attributes.items()
    )
    dynamic = "".join(
        f'<attvalue for="papers_in_year" value="{papers}" start="{year}" end="{year}"/>'
        for year, papers in years.items()
    )
    return f"<attvalues>{static}{dynamic}</attvalues>" if static or dynamic else ""


def _spells(years: Years) -> str:
    if not years:
        return ""
    inside = "".join(f'<spell start="{first}" end="{last}"/>' for first, last in spells(years))
    return f"<spells>{inside}</spells>"
