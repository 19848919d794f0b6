"""What must hold between the rows of a graph folder, each rule one SQL query that finds breaches.

DuckDB reads the Parquet files in place and spills beyond ``_MEMORY``, so every row of every table is
checked, whatever the size of the graph. DuckDB's ``length`` and ``substring`` count code points, as
offsets do.
"""

# ruff: noqa: S608  names of tables, columns and terms are ours

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from kg.graph import make_views
from ontology.tables import ORDER
from ontology.terms import EntityType, RelationType, Role

_MEMORY = "1GB"


@dataclass(frozen=True, slots=True)
class Check:
    """A rule and the query that gives one row, ``what``, for each breach."""

    name: str
    sql: str


@contextmanager
def tables_of(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the tables of a graph folder as views with their names; ``file_row_number`` counts rows.

    Raises ``GraphError`` where a table cannot be read.
    """
    with (
        tempfile.TemporaryDirectory(prefix="litkg-") as spill,
        duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": spill}) as connection,
    ):
        make_views(connection, folder, row_numbers=True)
        yield connection


def breaches(
    connection: duckdb.DuckDBPyConnection, check: Check, limit: int
) -> tuple[int, list[str]]:
    """Count the breaches of a rule and describe the first ones, in the order of their text."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE found AS {check.sql}")
    (count,) = connection.execute("SELECT count(*) FROM found").fetchall()[0]
    rows = connection.execute("SELECT what FROM found ORDER BY what LIMIT ?", [limit]).fetchall()
    return count, [what for (what,) in rows]


def _reference(table: str, column: str, target: str, key: str, *, where: str = "TRUE") -> Check:
    return Check(
        f"{table}.{column} is in {target}",
        f"""SELECT '{table}: no row of {target} has {key} "' || {column} || '"' AS what
            FROM {table} WHERE {where} AND {column} NOT IN (SELECT {key} FROM {target})""",
    )


def _unique(table: str, *columns: str) -> Check:
    listed = ", ".join(f'"{column}"' for column in columns)
    return Check(
        f"{table} has each {' + '.join(columns)} once",
        f"""SELECT '{table}: ' || count(*) || ' rows have ' || concat_ws(' + ', {listed}) AS what
            FROM {table} GROUP BY {listed} HAVING count(*) > 1""",
    )


def _sorted(table: str) -> Check:
    key = "row(" + ", ".join(f'"{column}"' for column in ORDER[table]) + ")"
    return Check(
        f"{table} is sorted",
        f"""SELECT '{table}: row ' || file_row_number || ' is out of order' AS what
            FROM (SELECT file_row_number, {key} AS key,
                         lag({key}) OVER (ORDER BY file_row_number) AS before FROM {table})
            WHERE before > key""",
    )


def _values(table: str, column: str, allowed: list[str]) -> Check:
    listed = ", ".join(f"'{value}'" for value in allowed)
    return Check(
        f"{table}.{column} is a term",
        f"""SELECT '{table}: {column} "' || {column} || '" is none of {", ".join(allowed)}' AS what
            FROM {table} WHERE {column} NOT IN ({listed})""",
    )


def _count(table: str, column: str, key: str, counted: str, what: str) -> Check:
    """A number in a table is the number of rows that another one groups to."""
    return Check(
        f"{table}.{column} counts {what}",
        f"""SELECT '{table}: {column} of ' || concat_ws(' + ', {key}) || ' is ' || t.{column}
                   || ', counted ' || coalesce(c.n, 0) AS what
            FROM {table} t LEFT JOIN ({counted}) c USING ({key})
            WHERE t.{column} <> coalesce(c.n, 0)""",
    )


_SIGNATURES = ", ".join(
    f"('{relation.value}', '{head.value}', '{tail.value}')"
    for relation in RelationType
    for head, tail in sorted(relation.signatures, key=lambda pair: (pair[0].value, pair[1].value))
)
_TEXT = "CASE field WHEN 'title' THEN title WHEN 'abstract' THEN abstract END"

REFERENCES: tuple[Check, ...] = (
    _reference("links", "paper", "papers", "id"),
    _reference("links", "entity", "entities", "iri"),
    _reference("mentions", "paper", "papers", "id"),
    Check(
        "every mention belongs to a link",
        """SELECT 'mentions: paper "' || paper || '" mentions "' || entity || '" without a link' AS what
           FROM mentions ANTI JOIN links USING (paper, entity)""",
    ),
    Check(
        "every link has a mention",
        """SELECT 'links: paper "' || paper || '" has no mention of "' || entity || '"' AS what
           FROM links ANTI JOIN mentions USING (paper, entity)""",
    ),
    _reference("relations", "paper", "papers", "id"),
    _reference("relations", "head", "entities", "iri"),
    _reference("relations", "tail", "entities", "iri"),
    _reference("aliases", "entity", "entities", "iri"),
    _reference("broader", "narrower", "entities", "iri"),
    _reference("broader", "broader", "entities", "iri"),
    _reference("entity_years", "entity", "entities", "iri"),
    _reference("cooccurrence", "a", "entities", "iri"),
    _reference("cooccurrence", "b", "entities", "iri"),
    _reference("merges", "entity", "entities", "iri"),
    _reference("merges", "other", "entities", "iri", where="other <> ''"),
    _reference("ledger", "paper", "papers", "id", where="paper <> ''"),
    _unique("papers", "id"),
    _unique("papers", "iri"),
    _unique("entities", "iri"),
    _unique("links", "paper", "entity"),
    _unique("broader", "narrower", "broader"),
    Check(
        "broader leads to no cycle",
        """WITH RECURSIVE above(term, other) AS (
             SELECT narrower, broader FROM broader
             UNION SELECT term, broader.broader FROM above JOIN broader ON narrower = other
           )
           SELECT 'broader: "' || term || '" is broader than itself' AS what
           FROM above WHERE term = other""",
    ),
    _unique("cooccurrence", "a", "b"),
    _unique("entity_years", "entity", "year", "role"),
    *(_sorted(table) for table in ORDER),
)
"""References between tables, keys and order."""

TERMS: tuple[Check, ...] = (
    _values("entities", "type", [kind.value for kind in EntityType]),
    _values("links", "role", [role.value for role in Role]),
    _values("entity_years", "role", [role.value for role in Role]),
    _values("broader", "source", ["vocabulary", "stated", "head"]),
    Check(
        "broader joins entities of one type",
        """SELECT 'broader: ' || n.type || ' "' || n.name || '" under ' || b.type || ' "' || b.name
                  || '"' AS what
           FROM broader JOIN entities n ON narrower = n.iri JOIN entities b ON broader = b.iri
           WHERE n.type <> b.type""",
    ),
    _values("relations", "relation", [relation.value for relation in RelationType]),
    Check(
        "relations join types that they may join",
        f"""SELECT DISTINCT 'relations: ' || relation || ' leads from ' || h.type || ' "' || h.name
                   || '" to ' || t.type || ' "' || t.name || '"' AS what
            FROM relations JOIN entities h ON head = h.iri JOIN entities t ON tail = t.iri
            WHERE (relation, h.type, t.type) NOT IN (VALUES {_SIGNATURES})""",
    ),
)
"""Roles, types, relations and their signatures."""

OFFSETS: tuple[Check, ...] = (
    Check(
        "every mention is what stands at its place",
        f"""SELECT 'mentions: paper "' || paper || '" ' || field || ' ' || start || '-' || "end"
                   || ' is not "' || surface || '"' AS what
            FROM (SELECT m.*, {_TEXT} AS text FROM mentions m JOIN papers p ON paper = id)
            WHERE NOT coalesce(start >= 0 AND start < "end" AND "end" <= length(text)
                  AND substring(text, start + 1, "end" - start) = surface, FALSE)""",
    ),
    Check(
        "every sentence lies in its text and around its mention",
        f"""SELECT 'mentions: paper "' || paper || '" ' || field || ' ' || start || '-' || "end"
                   || ' is outside its sentence ' || sentence_start || '-' || sentence_end
                   || ' or that outside the text' AS what
            FROM (SELECT m.*, {_TEXT} AS text FROM mentions m JOIN papers p ON paper = id)
            WHERE NOT coalesce(0 <= sentence_start AND sentence_start <= start
                  AND "end" <= sentence_end AND sentence_end <= length(text), FALSE)""",
    ),
    Check(
        "every statement has its sentence",
        f"""SELECT 'relations: paper "' || paper || '" ' || field || ' ' || sentence_start || '-'
                   || sentence_end || ' is no part of the text' AS what
            FROM (SELECT r.*, {_TEXT} AS text FROM relations r JOIN papers p ON paper = id)
            WHERE NOT coalesce(0 <= sentence_start AND sentence_start < sentence_end
                  AND sentence_end <= length(text), FALSE)""",
    ),
)
"""Positions in the texts, for every mention and every statement."""

COUNTS: tuple[Check, ...] = (
    _count(
        "links", "mentions", "paper, entity",
        "SELECT paper, entity, count(*) AS n FROM mentions GROUP BY ALL", "mentions",
    ),
    _count(
        "entities", "papers", "iri",
        "SELECT entity AS iri, count(*) AS n FROM links GROUP BY ALL", "links",
    ),
    _count(
        "entities", "mentions", "iri",
        "SELECT entity AS iri, count(*) AS n FROM mentions GROUP BY ALL", "mentions",
    ),
    _count(
        "entity_years", "papers", "entity, year, role",
        "SELECT entity, year, role, count(*) AS n FROM links JOIN papers ON paper = id GROUP BY ALL",
        "papers of a year",
    ),
    Check(
        "cooccurrence counts papers of two entities",
        """SELECT 'cooccurrence: ' || a || ' and ' || b || ' cannot share ' || c.papers || ' papers'
                  AS what
           FROM cooccurrence c JOIN entities x ON a = x.iri JOIN entities y ON b = y.iri
           WHERE a >= b OR c.papers < 1 OR c.papers > least(x.papers, y.papers)""",
    ),
)  # fmt: skip
"""Numbers that other rows must add up to."""
