"""Papers out of stored source records: which records are one work, what its paper is, and its id.

Only records that share a key with others, an identifier or a text, become objects and are compared
(:mod:`kg.merging`), a set of such records after the other. The rest, nearly all of a large corpus, stay
columns; what is held in memory does not grow with the number of papers, but for their ids.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from exports.streams import pieces
from kg.arrow_rows import paper_table, papers_of
from kg.database import append, fetched, load_table, stream
from kg.merging import LONG_ABSTRACT, Key, group_records, unlike_titles
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
from kg.shared_keys import NUMBERED, connect
from kg.source_records import LEDGER_ORDER, ledger_file, records_file, records_of
from kg.sources.raw import shown
from ontology.identifiers import paper_iri
from ontology.records import Origin, Outcome, Paper, Reason
from ontology.tables import SCHEMAS

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


class Works:
    """The papers of a folder of source records, made in ``database``."""

    def __init__(self, database: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._records = {"records": str(records_file(folder))}
        load_table(database, "work", _WORK)
        load_table(database, "noted", _NOTED)
        load_table(database, "member", pa.schema([_NUMBER, pa.field("work", pa.int64())]))
        crowded = connect(database, records_file(folder))
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
              FROM {NUMBERED} LEFT JOIN member USING (number)
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

    def _keep_single(self) -> None:
        """Make the works of one record that shares nothing with others."""
        rows = stream(
            self._database, f"FROM {NUMBERED} ANTI JOIN component USING (number)", self._records
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
        for part in pieces(self._merged(crowded), _MERGED_AT_ONCE):
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
            f"FROM {NUMBERED} JOIN component USING (number) ORDER BY least, number",
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
        rows = fetched(self._database.execute("SELECT id, number FROM work ORDER BY ALL"))
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
        for abstract, same in groupby(fetched(rows), itemgetter(0)):
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
