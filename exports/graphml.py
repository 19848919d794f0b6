"""GraphML: papers and entities as one directed multigraph, for Cytoscape, Gephi, yEd and igraph.

Specification: http://graphml.graphdrawing.org/. Nodes, edges and their attributes are those of
``exports.network``; ids are IRIs. GraphML knows no lists, so these stand as JSON texts. Not carried:
what that module leaves out, years of edges, that ``co-occurs-with`` has no direction (readers refuse
graphs that mix both), and characters that XML 1.0 forbids, which become U+FFFD.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from exports.files import write_text
from exports.network import EDGE_ATTRIBUTES, NODE_ATTRIBUTES, Value, edges, nodes
from exports.streams import joined
from exports.triples import Evidence
from exports.xmltext import xml_text
from ontology.tables import GraphTables

_ELEMENTS = 2048
_TYPES = {str: "string", list: "string", int: "int", float: "double", bool: "boolean"}
_NODE = {"label": str, "kind": str, **NODE_ATTRIBUTES}
_EDGE = {"kind": str, **EDGE_ATTRIBUTES}


def generate(graph: GraphTables, *, evidence: Evidence = "full") -> Iterator[str]:
    """Stream the graph as GraphML, in pieces of whole elements."""
    keys = "".join(
        f'<key id="{kind[0]}-{name}" for="{kind}" attr.name="{name}" attr.type="{_TYPES[type_]}"/>\n'
        for kind, attributes in (("node", _NODE), ("edge", _EDGE))
        for name, type_ in attributes.items()
    )
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
        f'{keys}<graph id="{xml_text(graph.name)}" edgedefault="directed">\n'
    )
    yield from joined(_elements(graph, evidence), _ELEMENTS)
    yield "</graph>\n</graphml>\n"


def write(graph: GraphTables, path: Path, *, evidence: Evidence = "full") -> None:
    """Write the graph to a file, compressed where the name ends in ``.gz``, or to stdout (``-``)."""
    write_text(path, generate(graph, evidence=evidence))


def _elements(graph: GraphTables, evidence: Evidence) -> Iterator[str]:
    for node in nodes(graph):
        data = _data("n", {"label": node.label, "kind": node.kind, **node.attributes})
        yield f'<node id="{xml_text(node.iri)}">{data}</node>\n'
    for number, edge in enumerate(edges(graph, evidence)):
        ends = f'source="{xml_text(edge.source)}" target="{xml_text(edge.target)}"'
        data = _data("e", {"kind": edge.kind, **edge.attributes})
        yield f'<edge id="e{number}" {ends}>{data}</edge>\n'


def _data(prefix: str, attributes: dict[str, Value]) -> str:
    return "".join(
        f'<data key="{prefix}-{key}">{xml_text(plain(value))}</data>'
        for key, value in attributes.items()
    )


def plain(value: Value) -> str:
    """A value as XML Schema writes it; a list as JSON.

    >>> plain(True), plain(2.0), plain(["a", "b"])
    ('true', '2.0', '["a", "b"]')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
