"""Every paper of a graph and every link of the entities shown: what the filters of a page count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from exports.columns import Ints, Links
from ontology.tables import GraphTables

CONFIDENCE_STEP = 5
"""Percent between two confidences that a page tells apart."""
STEPS = 100 // CONFIDENCE_STEP + 1


@dataclass(frozen=True, slots=True)
class Census:
    """Columns over all papers in table order, and the links of each node shown.

    ``year`` is 0 where unknown; ``venue`` are positions in ``venues``. For each node ``papers``
    are positions of papers, rising, and ``kinds`` beside them are ``role * STEPS + step``: role
    and confidence of the link as positions, the latter rounded down to ``CONFIDENCE_STEP``.
    """

    ids: tuple[str, ...]
    year: tuple[int, ...]
    venue: tuple[int, ...]
    venues: tuple[str, ...]
    papers: tuple[tuple[int, ...], ...]
    kinds: tuple[tuple[int, ...], ...]


def take_census(
    graph: GraphTables, links: Links, ids: pa.Array, years: Ints, *, nodes: int
) -> Census:
    """Count every paper of the graph and every link of its shown nodes."""
    names: list[str] = []
    for batch in graph.batches("papers", ["venue"]):
        names.extend(batch.column("venue").to_pylist())
    venues = sorted(set(names))
    place = {venue: number for number, venue in enumerate(venues)}
    order = np.lexsort((links.paper, links.node))
    kinds = links.role * STEPS + links.confidence // CONFIDENCE_STEP
    ends = np.searchsorted(links.node[order], np.arange(1, nodes))
    return Census(
        ids=tuple(ids.to_pylist()),
        year=tuple(years.tolist()),
        venue=tuple(place[name] for name in names),
        venues=tuple(venues),
        papers=_split(links.paper[order], ends, nodes),
        kinds=_split(kinds[order], ends, nodes),
    )


def _split(column: Ints, ends: Ints, nodes: int) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(part.tolist()) for part in np.split(column, ends)[:nodes])
