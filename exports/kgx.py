"""KGX TSV: nodes and edges in the terms of the Biolink Model, for the knowledge graph exchange tools.

Specification: https://github.com/biolink/kgx/blob/master/docs/kgx_format.md. Two files,
``litkg_nodes.tsv`` (``id`` and ``category`` are required) and ``litkg_edges.tsv`` (``subject``,
``predicate``, ``object``, ``knowledge_level`` and ``agent_type``). Ids are the graph's IRIs, which read
as CURIEs of the prefix ``urn``. Biolink has no words for the nine relations and little for the four
roles: ``predicate`` is its nearest general term, ``original_predicate`` the exact one of litkg, and
only both together tell two edges of one pair apart.

Values are not quoted, as KGX reads them: tab, line breaks and NUL become a space and ``|``, which parts
lists, becomes U+00A6. A text that a spreadsheet would run begins with ``'`` (``exports.cells``). Not
carried: what ``exports.network`` leaves out, the places of mentions, and years of edges.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from operator import itemgetter
from pathlib import Path

from exports.cells import guarded
from exports.files import whole_folder
from exports.network import BROADER, CO_OCCURS_WITH, PAPER, Edge, Node, Value, edges, nodes
from exports.streams import Terms, joined
from exports.triples import BROADER as BROADER_IRI
from exports.triples import Evidence
from ontology import terms
from ontology.tables import GraphTables
from ontology.terms import EntityType, RelationType, Role

NODES = "litkg_nodes.tsv"
EDGES = "litkg_edges.tsv"

_LINES = 4096
_BROKEN = re.compile("[\t\r\n\x00\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_CATEGORIES = Terms(
    {
        PAPER: "biolink:Publication",
        EntityType.DATASET.value: "biolink:Dataset",
        EntityType.MODALITY.value: "biolink:NamedThing",
        EntityType.METHOD.value: "biolink:NamedThing",
        EntityType.TASK.value: "biolink:NamedThing",
    }
)
_MINED = ("not_provided", "text_mining_agent")
_PREDICATES = Terms(
    {
        **{role.value: "biolink:mentions" for role in Role},
        **{relation.value: "biolink:related_to" for relation in RelationType},
        RelationType.IS_A.value: "biolink:subclass_of",
        RelationType.PART_OF.value: "biolink:part_of",
        BROADER: "biolink:related_to",
        CO_OCCURS_WITH: "biolink:occurs_together_in_literature_with",
    }
)
_ORIGINAL = Terms(
    {
        **{role.value: role.iri for role in Role},
        **{relation.value: relation.iri for relation in RelationType},
        BROADER: BROADER_IRI,
        CO_OCCURS_WITH: terms.CO_OCCURS_WITH.iri,
    }
)
_KNOWLEDGE = {
    BROADER: ("not_provided", "not_provided"),
    CO_OCCURS_WITH: ("statistical_association", "data_analysis_pipeline"),
}
"""Knowledge level and agent of edges that are not mined from a sentence."""

_NODE = ("id", "category", "name", "synonym", "xref", "litkg_type")
_EDGE = (
    "subject",
    "predicate",
    "object",
    "original_predicate",
    "knowledge_level",
    "agent_type",
    "category",
)
_BEHIND = {
    "none": (),
    "summary": ("publications", "has_confidence_score", "evidence_count"),
    "full": ("publications", "has_confidence_score", "evidence_count", "supporting_text"),
}


def generate_nodes(graph: GraphTables) -> Iterator[str]:
    """Stream the file of nodes, in pieces of whole lines."""
    yield from _pieces(_NODE, map(_node, nodes(graph)))


def generate_edges(graph: GraphTables, *, evidence: Evidence = "full") -> Iterator[str]:
    """Stream the file of edges, in pieces of whole lines."""
    behind = _BEHIND[evidence]
    found = (
        (*_edge(edge), *itemgetter(*behind)(_evidence(edge))) if behind else _edge(edge)
        for edge in edges(graph, evidence)
    )
    yield from _pieces((*_EDGE, *behind), found)


def write(graph: GraphTables, path: Path, *, evidence: Evidence = "full") -> None:
    """Write a folder of both files; an older one of the same name is replaced.

    Raises ``InputError`` where the path is anything else than such a folder or an empty one.
    """
    with whole_folder(path, marker=NODES) as folder:
        for name, pieces in (
            (NODES, generate_nodes(graph)),
            (EDGES, generate_edges(graph, evidence=evidence)),
        ):
            with (folder / name).open("w", encoding="utf-8", newline="") as file:
                file.writelines(pieces)


def _node(node: Node) -> tuple[Value, ...]:
    found = node.attributes
    known = [("PMID", found.get("pmid")), ("DOI", found.get("doi"))]
    return (
        node.iri,
        [_CATEGORIES[node.kind]],
        node.label,
        found.get("aliases", []),
        [f"{prefix}:{value}" for prefix, value in known if value],
        node.kind,
    )


def _edge(edge: Edge) -> tuple[Value, ...]:
    level, agent = _KNOWLEDGE.get(edge.kind, _MINED)
    return (
        edge.source,
        _PREDICATES[edge.kind],
        edge.target,
        _ORIGINAL[edge.kind],
        level,
        agent,
        ["biolink:Association"],
    )


def _evidence(edge: Edge) -> dict[str, Value]:
    found = edge.attributes
    stated_by = found.get("papers", [edge.source] if "mentions" in found else [])
    return {
        "publications": list(dict.fromkeys(stated_by)) if isinstance(stated_by, list) else [],
        "has_confidence_score": found.get("confidence", ""),
        "evidence_count": int(str(found["weight"]).partition(".")[0]) if "weight" in found else "",
        "supporting_text": found.get("sentences", []),
    }


def _pieces(header: tuple[str, ...], found: Iterator[tuple[Value, ...]]) -> Iterator[str]:
    lines = ("\t".join(map(_cell, values)) + "\n" for values in chain([header], found))
    yield from joined(lines, _LINES)


def _cell(value: Value) -> str:
    if isinstance(value, list):
        return "|".join(_plain(one) for one in value)
    return _plain(value) if isinstance(value, str) else str(value)


def _plain(text: str) -> str:
    return guarded(_BROKEN.sub(" ", text).replace("|", "\u00a6"))
