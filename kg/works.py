"""Papers out of stored source records: which records are one work, what its paper is, and its id.

Only records that share a key with others, an identifier or a text, become objects and are compared
(:mod:`kg.merging`), a set of such records after the other. The rest, nearly all of a large corpus, stay
columns; what is held in memory does not grow with the number of papers, but for their ids.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import chain, groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from kg.arrow_rows import paper_table, papers_of
from kg.database import BATCH_ROWS, append, load_table, stream
from kg.merging import CROWD, SEPARATOR, Key, group_records, key_columns, unlike_titles
from kg.papers import (
    SORTED_FIELDS,
    best_fitting,
    content_id,
    doubt,
    fullest,
    merge,
    merge_rows,
    suffixed_id,
    whole_digest,
)
from kg.source_records import LEDGER_ORDER, RECORD_SCHEMA, ledger_file, records_file, records_of
from kg.sources.raw import shown
from ontology.identifiers import paper_iri
from ontology.records import Origin, Outcome, Paper, Reason
from ontology.tables import SCHEMAS

LONG_ABSTRACT = 150
"""Characters from which an abstract is one paper's own."""

_NUMBER = pa.field("number", pa.int64())
_PAPER = [field for field in SCHEMAS["papers"] if field.name != "iri"]
_Note = tuple[Any, ...]
_WORK = pa.schema(
    [_NUMBER, pa.field("source", pa.string()), pa.field("position", pa.int64()), *_PAPER]
)
"""A paper, numbered by the least row of its records, with the origin of the fullest of them."""
_NOTED = pa.schema(
    [
        _NUMBER,
        pa.field("source", pa.string()),
        pa.field("position", pa.int64()),
        pa.field("reason", pa.string()),
        pa.field("outcome", pa.string()),
        pa.field("detail", pa.string()),
    ]
)
"""A ledger row about the paper of a number."""
_Merged = tuple[int, list[int], Paper, Origin, list[_Note]]
"""Number and source records of a work, its paper, the fullest record, and what to note."""
_MERGED_AT_ONCE = 8_192
_DOUBTED = Reason.SUSPECTED_MISMATCH, Outcome.KEPT
_NUMBERED = (
    "(SELECT *, file_row_number AS number FROM read_parquet($records, file_row_number = true))"
)


class Works:
    """The papers of a folder of source records, made in ``database``."""

    def __init__(self, database: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._records = {"records": str(records_file(folder))}
        load_table(database, "work", _WORK)
        load_table(database, "noted", _NOTED)
        load_table(database, "member", pa.schema([_NUMBER, pa.field("work", pa.int64())]))
        crowded = self._connect()
        self._keep_single()
        self._merge(crowded)
        self._name()
        self._note_gaps()
        self._note_borrowed()

    def count(self) -> int:
        """Papers in all."""
        ((found,),) = self._database.execute("SELECT count(*) FROM work").fetchall()
        return int(found)

    def papers(self) -> Iterator[pa.RecordBatch]:
        """The rows of the table ``papers``, in its order."""
        for batch in stream(self._database, "FROM work ORDER BY id"):
            iris = pa.array(map(paper_iri, batch["id"].to_pylist()), pa.string())
            table = pa.Table.from_batches([batch]).append_column("iri", iris)
            schema = SCHEMAS["papers"]
            yield from table.select(schema.names).cast(schema).to_batches()

    def ledger(self) -> Iterator[pa.RecordBatch]:
        """The rows of the table ``ledger`` on reading and merging, in its order.

        A row of reading that tells of no loss names the paper, where its place belongs to one alone.
        """
        yield from stream(
            self._database,
            f"""
            WITH place AS (
              SELECT source, position, coalesce(work, number) AS number
              FROM {_NUMBERED} LEFT JOIN member USING (number)
            ), owner AS (
              SELECT place.source AS source, place.position AS position, any_value(id) AS id
              FROM place JOIN work USING (number) GROUP BY ALL HAVING count(DISTINCT number) = 1
            )
            SELECT noted.source, noted.position, reason, outcome, id AS paper, detail
            FROM noted JOIN work USING (number)
            UNION ALL
            SELECT row.source, row.position, reason, outcome,
                   CASE WHEN outcome = $dropped THEN paper ELSE coalesce(owner.id, paper) END,
                   detail
            FROM read_parquet($reading) AS row LEFT JOIN owner USING (source, position)
            ORDER BY {LEDGER_ORDER}
            """,  # noqa: S608  names from these modules
            self._records
            | {"reading": str(ledger_file(self._folder)), "dropped": Outcome.DROPPED.value},
        )

    def rows_of(self, ids: Collection[str]) -> dict[str, list[int]]:
        """The rows of the source records of these papers, by id; papers that are none are left out."""
        wanted = pa.table({"id": pa.array(sorted(ids), pa.string())})
        load_table(self._database, "wanted", wanted.schema, [wanted])
        rows = self._database.execute(
            """
            SELECT id, coalesce(member.number, work.number) FROM work SEMI JOIN wanted USING (id)
            LEFT JOIN member ON member.work = work.number ORDER BY ALL
            """
        ).fetchall()
        return {one: [row for _, row in found] for one, found in groupby(rows, itemgetter(0))}

    def _connect(self) -> AbstractSet[Key]:
        """Make the table ``component``: rows that share keys, directly or not, under their least row.

        Returns the crowded keys, which connect nothing.
        """
        load_table(self._database, "text_key", _TEXT_KEYS, _text_keys(records_file(self._folder)))
        content = ", ".join(name for name in RECORD_SCHEMA.names if name not in _WORK.names[1:3])
        self._database.execute(
            f"""
            CREATE TABLE keyed AS
            SELECT number, content, one.kind AS kind, one.key AS key FROM (
              SELECT number, content, unnest([
                {{'kind': 'record', 'key': content::VARCHAR}}, {{'kind': 'DOI', 'key': doi}},
                {{'kind': 'arXiv id', 'key': arxiv}}, {{'kind': 'PMID', 'key': pmid}},
                {{'kind': 'id and title',
                  'key': CASE WHEN id = '' THEN '' ELSE id || $separator || title_key END}},
                {{'kind': 'title', 'key': title_key}}, {{'kind': 'abstract', 'key': abstract_key}}
              ]) AS one
              FROM (SELECT *, hash({content}) AS content FROM {_NUMBERED})
              JOIN text_key USING (number)
            ) WHERE one.key <> ''
            """,  # noqa: S608  names from this module
            self._records | {"separator": SEPARATOR},
        )
        self._database.execute(
            """
            CREATE TABLE shared AS
            SELECT kind, key, min(number) AS least,
                   kind <> 'record' AND count(DISTINCT content) > $crowd AS crowded
            FROM keyed GROUP BY kind, key HAVING count(*) > 1
            """,
            {"crowd": CROWD},
        )
        pairs = self._database.execute(
            "SELECT DISTINCT least, number FROM keyed JOIN shared USING (kind, key)"
            " WHERE number <> least AND NOT crowded"
        )
        roots = _roots(_fetched(pairs))
        columns = {
            "number": pa.array(roots, pa.int64()),
            "least": pa.array(roots.values(), pa.int64()),
        }
        table = pa.table(columns)
        load_table(self._database, "component", table.schema, [table])
        crowded = self._database.execute("SELECT kind, key FROM shared WHERE crowded").fetchall()
        self._database.execute("DROP TABLE keyed; DROP TABLE shared; DROP TABLE text_key")
        return frozenset(crowded)

    def _keep_single(self) -> None:
        """Make the works of one record that shares nothing with others."""
        rows = stream(
            self._database, f"FROM {_NUMBERED} ANTI JOIN component USING (number)", self._records
        )
        for batch in rows:
            texts = [batch[name].to_pylist() for name in ("id", "title", "abstract", "year")]
            ids = [
                own or content_id(Paper("", title, abstract, year=year))
                for own, title, abstract, year in zip(*texts, strict=True)
            ]
            place = batch.schema.get_field_index("id")
            self._database.register("incoming", batch.set_column(place, "id", pa.array(ids)))
            self._database.execute(_INSERT_SINGLE)
            self._database.unregister("incoming")
            places = [batch[name].to_pylist() for name in ("number", "source", "position")]
            self._note(
                (number, source, position, *_DOUBTED, detail)
                for number, source, position, title, abstract in zip(
                    *places, texts[1], texts[2], strict=True
                )
                if (detail := doubt(title, abstract))
            )

    def _merge(self, crowded: AbstractSet[Key]) -> None:
        """Make the works of records that share something, one set of them after the other."""
        made = self._merged(crowded)
        while part := list(islice(made, _MERGED_AT_ONCE)):
            numbers, members, papers, firsts, notes = zip(*part, strict=True)
            places = (
                numbers,
                [one.source for one in firsts],
                [one.position for one in firsts],
            )
            table = paper_table(papers).drop_columns("iri")
            for field, column in zip(_WORK, places, strict=False):
                table = table.append_column(field, pa.array(column, field.type))
            append(self._database, "work", [table])
            self._note(chain.from_iterable(notes))
            owned = [
                (one, number) for number, rows in zip(numbers, members, strict=True) for one in rows
            ]
            rows, works = zip(*owned, strict=True)
            append(self._database, "member", [pa.table({"number": rows, "work": works})])

    def _merged(self, crowded: AbstractSet[Key]) -> Iterator[_Merged]:
        rows = stream(
            self._database,
            f"FROM {_NUMBERED} JOIN component USING (number) ORDER BY least, number",
            self._records,
        )
        found = (
            (least, number, record)
            for batch in rows
            for least, number, record in zip(
                batch["least"].to_pylist(),
                batch["number"].to_pylist(),
                records_of(batch),
                strict=True,
            )
        )
        for _, component in groupby(found, itemgetter(0)):
            _, numbers, records = zip(*component, strict=True)
            for group in group_records(records, crowded):
                members = [records[place] for place in group.members]
                owned = [numbers[place] for place in group.members]
                paper, first = merge(members), fullest(members).origin
                notes = [
                    (owned[0], *_place(row.origin), row.reason, row.outcome, row.detail)
                    for row in merge_rows(paper, members, group.reasons)
                ]
                if detail := doubt(paper.title, paper.abstract):
                    notes.append((owned[0], *_place(first), *_DOUBTED, detail))
                yield owned[0], owned, paper, first, notes

    def _name(self) -> None:
        """Give the papers that want one id different ones, all but the first by content."""
        digests: dict[int, str] = {}
        clashing = stream(
            self._database,
            "FROM work WHERE id IN (SELECT id FROM work GROUP BY id HAVING count(*) > 1)",
        )
        for batch in clashing:
            digests |= zip(
                batch["number"].to_pylist(), map(whole_digest, papers_of(batch)), strict=True
            )
        if not digests:
            return
        taken: set[str] = set()
        renamed: dict[int, str] = {}
        rows = _fetched(self._database.execute("SELECT id, number FROM work ORDER BY id"))
        for wanted, group in groupby(rows, itemgetter(0)):
            free = wanted not in taken
            numbers = sorted((number for _, number in group), key=lambda one: digests.get(one, ""))
            for number in numbers[free:]:
                digest = digests.get(number) or self._digest(number)
                renamed[number] = suffixed_id(wanted, digest, taken)
                taken.add(renamed[number])
        self._rename(renamed)

    def _rename(self, renamed: dict[int, str]) -> None:
        columns = {"number": list(renamed), "new": list(renamed.values())}
        table = pa.table(columns, schema=pa.schema([_NUMBER, pa.field("new", pa.string())]))
        load_table(self._database, "renamed", table.schema, [table])
        rows = self._database.execute(
            "SELECT number, source, position, id, new FROM work JOIN renamed USING (number)"
        ).fetchall()
        self._note(
            (
                *(number, source, position, Reason.ID_CLASH, Outcome.CHANGED),
                f"another work has the id {wanted!r}; this one is now {new!r}",
            )
            for number, source, position, wanted, new in rows
        )
        self._database.execute(
            "UPDATE work SET id = new FROM renamed WHERE work.number = renamed.number"
        )

    def _digest(self, number: int) -> str:
        (batch,) = stream(self._database, "FROM work WHERE number = $number", {"number": number})
        return whole_digest(next(papers_of(batch)))

    def _note_gaps(self) -> None:
        """Note the papers without a title or an abstract."""
        for field, reason in (("title", Reason.NO_TITLE), ("abstract", Reason.NO_ABSTRACT)):
            self._database.execute(
                f"INSERT INTO noted SELECT number, source, position, $reason, $kept, 'no {field}'"  # noqa: S608
                f" FROM work WHERE {field} = ''",
                {"reason": reason.value, "kept": Outcome.KEPT.value},
            )

    def _note_borrowed(self) -> None:
        """Doubt papers under whose title stands the abstract of a paper that it fits better."""
        doubted = self._database.execute(
            "SELECT number FROM noted WHERE reason = ?", [Reason.SUSPECTED_MISMATCH.value]
        ).fetchall()
        known = {number for (number,) in doubted}
        self._note(one for one in self._borrowed() if one[0] not in known)

    def _borrowed(self) -> Iterator[_Note]:
        rows = self._database.cursor().execute(
            """
            WITH own AS (FROM work WHERE title <> '' AND length(abstract) >= $long)
            SELECT abstract, number, id, title, origins[1].source, origins[1].position FROM own
            SEMI JOIN (SELECT abstract FROM own GROUP BY abstract HAVING count(*) > 1) USING (abstract)
            ORDER BY abstract, id
            """,
            {"long": LONG_ABSTRACT},
        )
        for abstract, same in groupby(_fetched(rows), itemgetter(0)):
            papers = [one[1:] for one in same]
            best, owner = best_fitting([(title, one) for _, one, title, *_ in papers], abstract)
            for number, _, title, *origin in papers:
                if unlike_titles(title, best):
                    detail = f"title {shown(title)}: its abstract fits {owner!r} better"
                    yield number, *origin, *_DOUBTED, detail

    def _note(self, rows: Iterable[_Note]) -> None:
        plain = [
            (*place, reason.value, outcome.value, detail)
            for *place, reason, outcome, detail in rows
        ]
        if plain:
            columns = dict(zip(_NOTED.names, zip(*plain, strict=True), strict=True))
            append(self._database, "noted", [pa.table(columns, schema=_NOTED)])


def _place(origin: Origin) -> tuple[str, int]:
    return origin.source, origin.position


_TEXT_KEYS = pa.schema(
    [_NUMBER, pa.field("title_key", pa.string()), pa.field("abstract_key", pa.string())]
)


def _text_keys(records: Path) -> Iterator[pa.RecordBatch]:
    """Row, folded title and abstract key of each record."""
    done = 0
    with pq.ParquetFile(records) as file:
        for batch in file.iter_batches(columns=["title", "abstract"]):
            numbers = pa.array(range(done, done + batch.num_rows), pa.int64())
            keys = key_columns(batch["title"], batch["abstract"])
            yield pa.RecordBatch.from_arrays([numbers, *keys], schema=_TEXT_KEYS)
            done += batch.num_rows


def _fetched(rows: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while part := rows.fetchmany(BATCH_ROWS):
        yield from part


def _roots(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The least number that each number is connected with by pairs.

    >>> _roots([(1, 2), (5, 7), (2, 5)])
    {1: 1, 2: 1, 5: 1, 7: 1}
    """
    parents: dict[int, int] = {}

    def root(one: int) -> int:
        while (parent := parents.setdefault(one, one)) != one:
            parents[one] = one = parents[parent]
        return one

    for first, second in pairs:
        low, high = sorted((root(first), root(second)))
        parents[high] = low
    return {one: root(one) for one in sorted(parents)}


def _filled(name: str) -> str:
    kind = SCHEMAS["papers"].field(name).type
    if pa.types.is_list(kind):
        return f"len({name}) > 0"
    return f"coalesce({name}, 0) <> 0" if pa.types.is_integer(kind) else f"{name} <> ''"


_ORIGINS = " || ".join(
    f"CASE WHEN {_filled(name)} THEN [{{'field': '{name}', 'source': source, 'position': position}}]"
    " ELSE [] END"
    for name in SORTED_FIELDS
)
"""The origins of the filled fields of a record, in SQL."""
_INSERT_SINGLE = f"INSERT INTO work BY NAME SELECT * EXCLUDE (file_row_number), {_ORIGINS} AS origins FROM incoming"  # noqa: S608
