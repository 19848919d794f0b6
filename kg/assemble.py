"""Annotated papers and resolved names to the tables of a graph: set operations in DuckDB.

The stages stand in ``assemble.sql``. Every table is a pure function of its inputs; rows leave in the
order of ``ontology.tables.ORDER``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from exports.streams import pieces
from kg.annotation_store import SHARD_SCHEMA
from kg.arrow_rows import (
    bare_head_table,
    blocked_table,
    entry_tables,
    ledger_table,
    merge_table,
    resolution_table,
    signature_table,
    step_table,
)
from kg.confidence import MIN_CONFIDENCE, loss
from kg.corpus_names import CorpusNames
from kg.database import BATCH_ROWS, append, fetched, load_table, open_database, stream
from kg.hierarchy import Named, Step, StepSource, head_steps, hierarchy, stated_steps
from kg.left_out import blocked_loss, out_of_range
from kg.memory_size import MEMORY
from kg.merge_log import LoggedMerge
from kg.resolve import ACRONYM, ACRONYM_LENGTH, Definition, NameCount
from ontology.records import LedgerRow, Origin
from ontology.tables import ORDER, SCHEMAS
from ontology.terms import ROLE_ORDER, EntityType, RelationType
from ontology.vocabulary.reader import Vocabulary

RARE_PAIRS_UP_TO = 2_000
"""Graphs of more papers than this keep only co-occurrences in two papers and more."""

JOINED = ("mentions", "links", "relations", "entities", "entity_years", "cooccurrence")
"""Tables that :meth:`Assembly.join` makes."""
NAMED = ("aliases", "merges")
"""Tables that are finished with :meth:`Assembly.name`."""
LATE = ("broader", "ledger")
"""Tables of :meth:`Assembly.place` and :meth:`Assembly.record`."""


def pair_minimum(papers: int) -> int:
    """Papers that two entities must share to co-occur in a graph of so many papers."""
    return 1 if papers <= RARE_PAIRS_UP_TO else 2


class Assembly:
    """The tables of one graph in the making, in a DuckDB database of its own.

    ``papers`` is the file of that table, and ``annotations`` name the shard of each paper by its content
    hash; rows of other papers are ignored, and so are entities less sure than ``min_confidence``, as
    :func:`kg.confidence.surer` leaves them out. ``reader`` says in every relation what read it.
    ``temporary`` takes what does not fit into ``memory`` (see :func:`kg.memory_size.memory_bytes`).
    """

    def __init__(
        self,
        papers: Path,
        annotations: Mapping[str, Path],
        *,
        temporary: Path,
        reader: str = "rules",
        min_confidence: float = MIN_CONFIDENCE,
        memory: str = MEMORY,
    ) -> None:
        self._database = open_database(temporary, memory=memory)
        self._joining = self._database.cursor()
        path = str(papers).replace("'", "''")
        self._database.execute(f"CREATE VIEW paper_row AS FROM read_parquet('{path}')")
        self._load("reader", pa.table({"name": [reader]}))
        self._load(
            "pair_minimum", pa.table({"minimum": [pair_minimum(pq.read_metadata(papers).num_rows)]})
        )
        self._read(annotations)
        self._minimum = min_confidence
        self._leave_out()

    def _read(self, annotations: Mapping[str, Path]) -> None:
        """Take entities and statements from the shards, row by row, into ``found`` and ``stated``."""
        wanted = {
            "hash": pa.array(annotations, pa.string()),
            "filename": pa.array(map(str, annotations.values()), pa.string()),
        }
        self._load("wanted", pa.table(wanted))
        shards = sorted(set(map(str, annotations.values())))
        if shards:
            rows = "read_parquet($shards, filename = true) SEMI JOIN wanted USING (hash, filename)"
        else:
            self._load("no_row", SHARD_SCHEMA.empty_table())
            rows = "no_row"
        given = {"shards": shards} if shards else None
        self._database.execute(
            f"""
            CREATE TABLE found AS
            SELECT paper, position, entity.type AS type, entity.name AS name, entity.role AS role,
                   entity.confidence AS confidence, entity.sources AS sources,
                   entity.mentions AS mentions
            FROM (SELECT paper, unnest(entities) AS entity,
                         generate_subscripts(entities, 1) - 1 AS position FROM {rows})
            """,  # noqa: S608  one of two names from above
            given,
        )
        self._database.execute(
            f"""
            CREATE TABLE stated AS
            SELECT paper, statement.head AS head, statement.relation AS relation,
                   statement.tail AS tail, statement.confidence AS confidence,
                   statement.field AS field, statement.sentence_start AS sentence_start,
                   statement.sentence_end AS sentence_end
            FROM (SELECT paper, unnest(relations) AS statement FROM {rows})
            """,  # noqa: S608  one of two names from above
            given,
        )

    def _leave_out(self) -> None:
        """Move the entities that are not sure enough from ``found`` to ``lost``."""
        self._database.execute(
            """
            CREATE TABLE lost AS
            SELECT paper, position, type, name, confidence, len(mentions) AS mentions,
                   coalesce(relations, 0) AS relations
            FROM found LEFT JOIN (
              SELECT paper, position, count(*) AS relations
              FROM (SELECT paper, unnest(list_distinct([head, tail])) AS position FROM stated)
              GROUP BY ALL
            ) USING (paper, position)
            WHERE confidence < $minimum
            """,
            {"minimum": self._minimum},
        )
        self._database.execute("DELETE FROM found WHERE confidence < ?", [self._minimum])

    def close(self) -> None:
        """Free the database."""
        self._joining.close()
        self._database.close()

    def names(self) -> list[NameCount]:
        """Every name that papers use, with the number of papers, in no order."""
        rows = self._database.execute(
            "SELECT type, name, count(DISTINCT paper) FROM found GROUP BY ALL"
        ).fetchall()
        return [NameCount(EntityType(kind), name, papers) for kind, name, papers in rows]

    def definitions(self) -> list[Definition]:
        """Every acronym that stands beside a name of several words for one entity of a paper."""
        rows = self._database.execute(
            """
            SELECT type, surface, name, count(DISTINCT paper)
            FROM (SELECT type, name, paper, unnest(mentions).surface AS surface
                  FROM found WHERE contains(name, ' '))
            WHERE length(surface) <= $length AND regexp_full_match(surface, $acronym)
            GROUP BY ALL
            """,
            {"length": ACRONYM_LENGTH, "acronym": ACRONYM},
        ).fetchall()
        return [
            Definition(EntityType(kind), acronym, name, papers)
            for kind, acronym, name, papers in rows
        ]

    def resolve(self, names: CorpusNames, vocabulary: Vocabulary) -> None:
        """Take in the entity of every name."""
        resolutions = names.resolutions
        self._load("resolution", resolution_table(resolutions))
        self._load("blocked", blocked_table(names.blocked))
        for name, table in entry_tables(resolutions, vocabulary).items():
            self._load(name, table)
        ranks = {"role": [role.value for role in ROLE_ORDER], "rank": list(ROLE_ORDER.values())}
        self._load("role_rank", pa.table(ranks))
        self._load("signature", signature_table())

    def join(self) -> None:
        """Join every name to its entity and make the tables ``JOINED``, in the database alone.

        Another thread may call :meth:`prepare` meanwhile.
        """
        stages = files("kg").joinpath("assemble.sql").read_text(encoding="utf-8")
        self._joining.execute(stages)

    def interrupt(self) -> None:
        """End a statement of :meth:`join` that another thread waits for: it raises there."""
        self._joining.interrupt()

    def prepare(self, merges: Iterable[LoggedMerge]) -> None:
        """Make the table ``merges``, and find the forms that :meth:`name` leaves out."""
        self._load("merges", merge_table(merges))
        self._load("bare_head", bare_head_table(self._forms()))

    def name(self) -> None:
        """Make the table ``aliases``, once :meth:`join` and :meth:`prepare` have ended."""
        self._database.execute(
            """
            CREATE TABLE aliases AS
            WITH used AS (
              SELECT entity, surface AS alias, count(*) AS mentions FROM mentions GROUP BY ALL
            ), telling AS (
              SELECT used.* FROM used ANTI JOIN bare_head USING (entity, alias)
            )
            SELECT entity, alias, coalesce(entry_alias.language, '') AS language,
                   CASE WHEN entry_alias.alias IS NULL THEN 'text' ELSE 'vocabulary' END AS source,
                   coalesce(telling.mentions, 0) AS mentions
            FROM telling FULL JOIN entry_alias USING (entity, alias)
            """
        )

    def place(self) -> None:
        """Make the table ``broader``, once :meth:`join` has ended."""
        self._load("broader", step_table(hierarchy(self._steps())))

    def _steps(self) -> Iterator[Step]:
        ask = self._database.execute
        for narrower, broader in ask("FROM entry_broader").fetchall():
            yield Step(narrower, broader, StepSource.VOCABULARY, 1.0)
        rows = ask(
            """
            SELECT iri, type, name, papers, listed,
                   iri IN (SELECT narrower FROM entry_broader) AS placed
            FROM entities
            """
        ).fetchall()
        entities = [Named(iri, EntityType(kind), *rest) for iri, kind, *rest in rows]
        stated = ask("SELECT narrower, broader, confidence, papers FROM stated_broader").fetchall()
        yield from stated_steps(stated, entities)
        aliases = ask("SELECT entity, alias FROM entry_alias").fetchall()
        yield from head_steps(entities, aliases)

    def record(self, batches: Iterable[pa.RecordBatch], rows: Iterable[LedgerRow]) -> None:
        """Make the ledger: the rows given, and one for each entity and relation left out."""
        load_table(self._database, "ledger", SCHEMAS["ledger"], batches)
        found = chain(rows, self._losses(), self._blocked(), self._out_of_range())
        append(self._database, "ledger", map(ledger_table, pieces(found, BATCH_ROWS)))

    def _losses(self) -> Iterator[LedgerRow]:
        for origin, paper, *row in self._of_papers(
            "lost", "type, name, confidence, mentions, relations", "lost.position"
        ):
            kind, name, confidence, mentions, relations = row
            yield loss(
                origin,
                paper,
                EntityType(kind),
                name,
                confidence=confidence,
                minimum=self._minimum,
                mentions=mentions,
                relations=relations,
            )

    def _blocked(self) -> Iterator[LedgerRow]:
        blocked = "(FROM found SEMI JOIN blocked ON found.type = blocked.type AND name = form)"
        for origin, paper, kind, name, mentions in self._of_papers(
            f"{blocked} AS gone", "type, name, len(mentions)", "gone.position"
        ):
            yield blocked_loss(origin, paper, EntityType(kind), name, mentions)

    def _out_of_range(self) -> Iterator[LedgerRow]:
        misfits = """(
            SELECT DISTINCT paper, one.name AS head, stated.relation AS relation, other.name AS tail
            FROM joined JOIN entities AS one ON one.iri = head JOIN entities AS other ON other.iri = tail
            WHERE NOT allowed) AS misfit"""
        for origin, paper, head, relation, tail in self._of_papers(
            misfits, "head, relation, tail", "head, relation, tail"
        ):
            yield out_of_range(origin, paper, head, RelationType(relation), tail)

    def _of_papers(self, table: str, columns: str, order: str) -> Iterator[tuple[Any, ...]]:
        """Origin, paper and columns of each row of a table with the column ``paper``."""
        # On a cursor of its own, because rows are written while these are read.
        rows = self._database.cursor().execute(
            f"""
            SELECT coalesce(origins[1].source, ''), coalesce(origins[1].position, 0), paper, {columns}
            FROM {table} JOIN paper_row ON id = paper ORDER BY paper, {order}
            """  # noqa: S608  names from this module
        )
        for source, place, *row in fetched(rows):
            yield Origin(source, place), *row

    def _forms(self) -> list[tuple[str, str, str]]:
        """IRI and name of each entity with each form of it that is not the name itself."""
        return self._database.execute(
            "SELECT DISTINCT entity, resolution.name, surface"
            " FROM (SELECT type, name AS form, unnest(mentions).surface AS surface FROM found)"
            " JOIN resolution USING (type, form) WHERE surface <> resolution.name"
        ).fetchall()

    def batches(self, table: str) -> Iterator[pa.RecordBatch]:
        """Stream one finished table in its order; another thread may make further ones meanwhile."""
        schema = SCHEMAS[table]
        columns = ", ".join(f'"{name}"' for name in schema.names)
        order = ", ".join(f'"{name}"' for name in (*ORDER[table], *_TIES.get(table, ())))
        query = f'SELECT {columns} FROM "{table}" ORDER BY {order}'  # noqa: S608  from SCHEMAS
        for batch in stream(self._database, query):
            yield from pa.Table.from_batches([batch]).cast(schema).to_batches()

    def _load(self, name: str, table: pa.Table) -> None:
        load_table(self._database, name, table.schema, [table])


_TIES = {"mentions": ("end",), "merges": ("name", "outcome"), "ledger": ("outcome", "paper")}
"""What orders rows of one key; other tables have a row a key."""
