"""What two graphs differ in: papers, entities, links and relations added, gone and changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import duckdb

from kg.graph import Graph, make_views


class Kind(Enum):
    """What became of a row from one graph to the other."""

    ADDED = "added"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that only one graph has, or that both have with other values.

    ``what`` is ``paper``, ``entity``, ``link`` or ``relation``; ``key`` identifies it in both graphs,
    ``label`` is for people; ``fields`` are the names of the values that changed, sorted.
    """

    what: str
    kind: Kind
    key: tuple[str, ...]
    label: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Compared:
    """A relation of SQL whose rows are compared: the columns of its key, of its values, and a label."""

    rows: str
    key: tuple[str, ...]
    values: tuple[str, ...]


_COMPARED = {
    "paper": _Compared(
        "SELECT *, coalesce(nullif(title, ''), id) AS label FROM {side}_papers",
        ("id",),
        (
            "title",
            "abstract",
            "authors",
            "venue",
            "year",
            "keywords",
            "doi",
            "arxiv",
            "pmid",
            "url",
        ),
    ),
    "entity": _Compared(
        "SELECT iri, type, name, coalesce(aliases, []) AS aliases, coalesce(broader, []) AS broader,"
        " type || ' ' || name AS label FROM {side}_entities"
        " LEFT JOIN (SELECT entity AS iri, list(DISTINCT alias ORDER BY alias) AS aliases"
        "  FROM {side}_aliases GROUP BY ALL) USING (iri)"
        " LEFT JOIN (SELECT narrower AS iri, list(DISTINCT broader ORDER BY broader) AS broader"
        "  FROM {side}_broader GROUP BY ALL) USING (iri)",
        ("iri",),
        ("type", "name", "aliases", "broader"),
    ),
    "link": _Compared(
        "SELECT paper, entity, role, confidence, l.mentions AS mentions,"
        " paper || ' ' || role || ' ' || name AS label"
        " FROM {side}_links AS l JOIN {side}_entities ON iri = entity",
        ("paper", "entity"),
        ("role", "confidence", "mentions"),
    ),
    "relation": _Compared(
        "SELECT head, relation, tail, list(DISTINCT paper ORDER BY paper) AS papers,"
        " any_value(h.name) || ' ' || relation || ' ' || any_value(t.name) AS label"
        " FROM {side}_relations JOIN {side}_entities AS h ON h.iri = head"
        " JOIN {side}_entities AS t ON t.iri = tail GROUP BY head, relation, tail",
        ("head", "relation", "tail"),
        ("papers",),
    ),
}


def diff(old: Graph, new: Graph) -> list[Difference]:
    """List the differences from one graph to another, ordered by what, kind and key.

    Papers are compared by all but the sources they were read from, entities by type, name, aliases and
    broader terms, links by role, confidence and mentions, relations by the papers that state them.
    """
    with duckdb.connect() as database:
        for side, graph in (("old", old), ("new", new)):
            make_views(database, graph.path, prefix=f"{side}_")
        found = [one for what in _COMPARED for one in _differences(what, database)]
    kinds = list(Kind)
    return sorted(found, key=lambda one: (list(_COMPARED).index(one.what), kinds.index(one.kind)))


def _differences(what: str, database: duckdb.DuckDBPyConnection) -> list[Difference]:
    compared = _COMPARED[what]
    old, new = (f"({compared.rows.format(side=side)})" for side in ("old", "new"))
    key = ", ".join(compared.key)
    changed = ", ".join(
        f"CASE WHEN o.{name} IS DISTINCT FROM n.{name} THEN '{name}' END"
        for name in sorted(compared.values)
    )
    # Names from this module; values are compared by the database and never become part of it.
    rows: list[tuple[Any, ...]] = database.execute(
        f"""
        SELECT {key}, o.label, n.label, list_filter([{changed}], lambda one: one IS NOT NULL) AS fields
        FROM (SELECT *, true AS here FROM {old}) AS o
        FULL JOIN (SELECT *, true AS here FROM {new}) AS n USING ({key})
        WHERE o.here IS NULL OR n.here IS NULL OR len(fields) > 0
        ORDER BY {key}
        """  # noqa: S608
    ).fetchall()
    size = len(compared.key)
    return [_difference(what, tuple(row[:size]), *row[size:]) for row in rows]


def _difference(
    what: str, key: tuple[str, ...], old: str | None, new: str | None, fields: list[str]
) -> Difference:
    if old is None:
        return Difference(what, Kind.ADDED, key, new or "")
    if new is None:
        return Difference(what, Kind.GONE, key, old)
    return Difference(what, Kind.CHANGED, key, new, tuple(fields))
