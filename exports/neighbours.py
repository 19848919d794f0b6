"""One entity and what surrounds it: found by any of its names, with the papers it shares."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches

import pyarrow as pa
import pyarrow.compute as pc

from ontology.errors import InputError
from ontology.names import match_key
from ontology.tables import GraphTables

_NEAREST = 5


def find(graph: GraphTables, name: str) -> str:
    """IRI of the entity of a name: its IRI, or its name or an alias in any spelling.

    Of several entities the one with the most papers. Raises :class:`InputError`, with the nearest
    names, where no entity has the name.
    """
    key = match_key(name)
    papers: dict[str, int] = {}
    names: dict[str, str] = {}
    found: set[str] = set()
    for batch in graph.batches("entities", ["iri", "name", "papers"]):
        for row in batch.to_pylist():
            papers[row["iri"]] = row["papers"]
            names.setdefault(row["name"].casefold(), row["name"])
            if row["iri"] == name or (key and match_key(row["name"]) == key):
                found.add(row["iri"])
    for batch in graph.batches("aliases", ["entity", "alias"]):
        for row in batch.to_pylist():
            names.setdefault(row["alias"].casefold(), row["alias"])
            if key and match_key(row["alias"]) == key:
                found.add(row["entity"])
    if found:
        return min(found, key=lambda iri: (-papers.get(iri, 0), iri))
    near = get_close_matches(name.casefold(), sorted(names), n=_NEAREST, cutoff=0.6)
    hint = (
        f"the nearest names are {', '.join(json.dumps(names[n], ensure_ascii=False) for n in near)}"
        if near
        else "search for it with kg lookup"
    )
    raise InputError(f"{json.dumps(name, ensure_ascii=False)}: no entity has this name; {hint}")


def neighbours(graph: GraphTables, centre: str) -> Counter[str]:
    """The entities around one and how close each is: the papers that name both.

    A paper that states a relation between the two counts twice. Entities directly broader or
    narrower are among them, with 0 where no paper names both.
    """
    close: Counter[str] = Counter()
    close.update(dict.fromkeys(_across(graph, "broader", "narrower", "broader", centre), 0))
    close.update(_across(graph, "relations", "head", "tail", centre))
    papers = [
        batch.filter(pc.equal(batch.column("entity"), centre)).column("paper")
        for batch in graph.batches("links", ["paper", "entity"])
    ]
    named = pa.concat_arrays([pa.array([], pa.string()), *papers])
    for batch in graph.batches("links", ["paper", "entity"]):
        inside = pc.is_in(batch.column("paper"), value_set=named)
        close.update(batch.filter(inside).column("entity").to_pylist())
    del close[centre]
    return close


def _across(graph: GraphTables, table: str, first: str, second: str, centre: str) -> Iterator[str]:
    """The other end of each row that has the entity at one end."""
    for batch in graph.batches(table, [first, second]):
        for one, other in ((first, second), (second, first)):
            found = batch.filter(pc.equal(batch.column(one), centre))
            yield from found.column(other).to_pylist()
