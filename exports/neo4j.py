"""A folder for ``neo4j-admin database import full``: the fastest way into an empty Neo4j database.

Specification: the import chapter of Neo4j's operations manual (versions 5 and 2025 on). One pair of
header and data file a table (``TABLES``), CSV as in RFC 4180, one row a line. Identity is the IRI
in ID spaces named like the label, so that no text of a paper can make two nodes one.

The importer knows no escape for its array delimiter, so that is U+001F and ``plain`` removes that
character from every value, together with NUL; line breaks become spaces. Not carried: languages of
aliases, year counts (Cypher counts them), end points of sentences, merges and the ledger. The order
of authors is carried (``AUTHORED_BY.position``).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from textwrap import dedent

import pyarrow as pa

from exports.files import whole_folder
from exports.iris import valid_iri
from exports.streams import (
    Follower,
    Row,
    Terms,
    Texts,
    by_entity,
    distinct,
    resorted,
    rows,
    sorted_rows,
)
from exports.triples import Evidence
from ontology.identifiers import person_iri, venue_iri
from ontology.tables import SCHEMAS, GraphTables
from ontology.terms import EntityType, RelationType, Role

ARRAY_DELIMITER = "\x1f"
MARKER = "import.sh"
"""File by which an older import folder is known and may be replaced."""

_UNSAFE = re.compile("[\x00\x1f\r\n]")
_ROLES = Terms({role.value: role.value.upper() for role in Role})
_RELATIONS = Terms({kind.value: kind.value.upper().replace("-", "_") for kind in RelationType})
_LABELS = Terms({kind.value: kind.value for kind in EntityType})


@dataclass(frozen=True, slots=True)
class Table:
    """One header and data file; ``option`` is the part of the command before the files.

    ``behind`` are the last columns, those that say what stands behind a link or relation:
    ``summary`` of them are numbers and names, the rest sentences and places.
    """

    name: str
    option: str
    header: tuple[str, ...]
    rows: Callable[[GraphTables], Iterator[Row]]
    behind: int = 0
    summary: int = 0

    def columns(self, evidence: Evidence) -> int:
        """Number of columns written at a level of evidence."""
        hidden = {"none": self.behind, "summary": self.behind - self.summary, "full": 0}
        return len(self.header) - hidden[evidence]


def write(graph: GraphTables, path: Path, *, evidence: Evidence = "full") -> None:
    """Write the import folder; an older one of the same name is replaced.

    Raises ``InputError`` where the path is anything else than such a folder or an empty one.
    """
    with whole_folder(path, marker=MARKER) as folder:
        for table in TABLES:
            columns = table.columns(evidence)
            _write_csv(folder / f"{table.name}-header.csv", [table.header[:columns]])
            _write_csv(folder / f"{table.name}.csv", (row[:columns] for row in table.rows(graph)))
        _write_text(folder / "constraints.cypher", CONSTRAINTS)
        _write_text(folder / MARKER, script())
        (folder / MARKER).chmod(0o755)
        _write_text(folder / "README.md", README)


def plain(text: str) -> str:
    r"""Make a text safe for a field: no array delimiter, no NUL, no line break.

    >>> plain("a\x1fb\r\nc")
    'ab c'
    """
    if not _UNSAFE.search(text):
        return text
    return re.sub("\r\n?|\n", " ", re.sub("[\x00\x1f]", "", text))


def script() -> str:
    """Write the shell script that runs the import; it names every file of the folder."""
    files = "".join(
        f" \\\n  --{table.option}={table.name}-header.csv,{table.name}.csv" for table in TABLES
    )
    return _SCRIPT + files + ' \\\n  "$@"\n'


def _array(values: Iterable[str]) -> str:
    return ARRAY_DELIMITER.join(plain(value) for value in values if value)


def _papers(graph: GraphTables) -> Iterator[Row]:
    columns = (
        "iri", "id", "title", "abstract", "year", "keywords", "doi", "arxiv", "pmid", "url", "origins",
    )  # fmt: skip
    for iri, key, title, abstract, year, keywords, *others, origins in rows(
        graph, "papers", columns
    ):
        places = dict.fromkeys(f"{origin['source']}:{origin['position']}" for origin in origins)
        yield (
            valid_iri(iri), plain(key), plain(title), plain(abstract), year, _array(keywords),
            *map(plain, others), _array(places),
        )  # fmt: skip


def _entities(graph: GraphTables) -> Iterator[Row]:
    aliases = Follower("aliases", rows(graph, "aliases", ["entity", "alias"]))
    columns = ("iri", "type", "name", "listed", "papers", "mentions", "first_year", "last_year")
    for iri, kind, name, listed, *counts in rows(graph, "entities", columns):
        names = dict.fromkeys(alias for _, alias in aliases.at(iri))
        known = "true" if listed else "false"
        yield (valid_iri(iri), _LABELS[kind], plain(name), known, *counts, _array(names))
    aliases.finish()


def _venues(graph: GraphTables) -> Iterator[Row]:
    return ((venue_iri(name), plain(name)) for name in distinct(graph, "papers", "venue"))


def _persons(graph: GraphTables) -> Iterator[Row]:
    return ((person_iri(name), plain(name)) for name in distinct(graph, "papers", "authors"))


def _published_in(graph: GraphTables) -> Iterator[Row]:
    for iri, venue in rows(graph, "papers", ["iri", "venue"]):
        if venue:
            yield valid_iri(iri), venue_iri(venue)


def _authored_by(graph: GraphTables) -> Iterator[Row]:
    for iri, authors in rows(graph, "papers", ["iri", "authors"]):
        for position, name in enumerate(dict.fromkeys(filter(None, authors)), start=1):
            yield valid_iri(iri), person_iri(name), position


def _broader(graph: GraphTables) -> Iterator[Row]:
    for narrower, broader, source in rows(graph, "broader", ["narrower", "broader", "source"]):
        yield valid_iri(narrower), valid_iri(broader), plain(source)


def _co_occurrences(graph: GraphTables) -> Iterator[Row]:
    for a, b, papers in rows(graph, "cooccurrence", ["a", "b", "papers"]):
        yield valid_iri(a), valid_iri(b), papers


def _links(graph: GraphTables) -> Iterator[Row]:
    columns = ("paper", "entity", "role", "confidence", "mentions", "sources")
    links = Follower("links", rows(graph, "links", columns))
    mentions = Follower("mentions", rows(graph, "mentions", SCHEMAS["mentions"].names))
    for key, iri, title, abstract in rows(graph, "papers", ["id", "iri", "title", "abstract"]):
        texts = Texts(title=title, abstract=abstract)
        linked = links.at(key)
        spans = by_entity(linked, mentions.at(key))
        for _, entity, role, confidence, count, sources in linked:
            # Title first, as a reader meets them.
            found = sorted(spans[entity], key=lambda span: (span[2] != "title", span[3]))
            yield (
                valid_iri(iri), valid_iri(entity), _ROLES[role], confidence, count, _array(sources),
                _array(span[5] for span in found),
                _array(f"{field}:{start}-{end}" for _, _, field, start, end, *_ in found),
                _array(dict.fromkeys(texts[span[2]][span[6] : span[7]] for span in found)),
            )  # fmt: skip
    links.finish()
    mentions.finish()


_STATED = pa.schema(
    [
        *(SCHEMAS["relations"].field(name) for name in ("head", "relation", "tail", "paper")),
        *(SCHEMAS["relations"].field(name) for name in ("field", "sentence_start")),
        pa.field("sentence", pa.string()),
        *(SCHEMAS["relations"].field(name) for name in ("confidence", "source")),
    ]
)


def _relations(graph: GraphTables) -> Iterator[Row]:
    with closing(sorted_rows(_STATED, _statements(graph), _STATED.names)) as statements:
        for (head, relation, tail), same in groupby(statements, itemgetter(0, 1, 2)):
            _, _, _, papers, _, _, sentences, confidences, sources = zip(*same, strict=True)
            yield (
                valid_iri(head), valid_iri(tail), _RELATIONS[relation], max(confidences),
                len(set(papers)), _array(sorted(set(sources))), _array(papers), _array(sentences),
            )  # fmt: skip


def _statements(graph: GraphTables) -> Iterator[Row]:
    columns = (
        "paper", "head", "relation", "tail", "field", "sentence_start", "sentence_end",
        "confidence", "source",
    )  # fmt: skip
    with closing(resorted(graph, "relations", columns, columns)) as found:
        relations = Follower("relations", found)
        for key, title, abstract in rows(graph, "papers", ["id", "title", "abstract"]):
            texts = Texts(title=title, abstract=abstract)
            for _, head, relation, tail, field, start, end, confidence, source in relations.at(key):
                sentence = texts[field][start:end]
                yield head, relation, tail, key, field, start, sentence, confidence, source
        relations.finish()


def _write_csv(path: Path, found: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(found)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


TABLES: tuple[Table, ...] = (
    Table(
        "papers", "nodes=Paper",
        ("iri:ID(Paper)", "id:string", "title:string", "abstract:string", "year:int",
         "keywords:string[]", "doi:string", "arxiv:string", "pmid:string", "url:string",
         "origins:string[]"),
        _papers,
    ),
    Table(
        "entities", "nodes=Entity",
        ("iri:ID(Entity)", ":LABEL", "name:string", "listed:boolean", "paperCount:long",
         "mentionCount:long", "firstYear:int", "lastYear:int", "aliases:string[]"),
        _entities,
    ),
    Table("venues", "nodes=Venue", ("iri:ID(Venue)", "name:string"), _venues),
    Table("persons", "nodes=Person", ("iri:ID(Person)", "name:string"), _persons),
    Table(
        "links", "relationships",
        (":START_ID(Paper)", ":END_ID(Entity)", ":TYPE", "confidence:double", "mentionCount:long",
         "extractors:string[]", "surfaces:string[]", "places:string[]", "evidence:string[]"),
        _links, behind=6, summary=3,
    ),
    Table(
        "relations", "relationships",
        (":START_ID(Entity)", ":END_ID(Entity)", ":TYPE", "confidence:double", "support:long",
         "extractors:string[]", "papers:string[]", "evidence:string[]"),
        _relations, behind=5, summary=3,
    ),
    Table(
        "broader", "relationships=BROADER",
        (":START_ID(Entity)", ":END_ID(Entity)", "source:string"), _broader,
    ),
    Table(
        "co-occurrences", "relationships=CO_OCCURS_WITH",
        (":START_ID(Entity)", ":END_ID(Entity)", "paperCount:long"), _co_occurrences,
    ),
    Table(
        "published-in", "relationships=PUBLISHED_IN",
        (":START_ID(Paper)", ":END_ID(Venue)"), _published_in,
    ),
    Table(
        "authored-by", "relationships=AUTHORED_BY",
        (":START_ID(Paper)", ":END_ID(Person)", "position:int"), _authored_by,
    ),
)  # fmt: skip
"""All files of the folder, nodes before relationships."""

CONSTRAINTS = dedent("""\
    // Run once after the import:  cypher-shell -d DATABASE -f constraints.cypher
    CREATE CONSTRAINT paper_iri IF NOT EXISTS FOR (n:Paper) REQUIRE n.iri IS UNIQUE;
    CREATE CONSTRAINT entity_iri IF NOT EXISTS FOR (n:Entity) REQUIRE n.iri IS UNIQUE;
    CREATE CONSTRAINT venue_iri IF NOT EXISTS FOR (n:Venue) REQUIRE n.iri IS UNIQUE;
    CREATE CONSTRAINT person_iri IF NOT EXISTS FOR (n:Person) REQUIRE n.iri IS UNIQUE;
    CREATE INDEX paper_id IF NOT EXISTS FOR (n:Paper) ON (n.id);
    CREATE INDEX paper_year IF NOT EXISTS FOR (n:Paper) ON (n.year);
    CREATE INDEX entity_name IF NOT EXISTS FOR (n:Entity) ON (n.name);
    CREATE INDEX dataset_name IF NOT EXISTS FOR (n:Dataset) ON (n.name);
    CREATE INDEX modality_name IF NOT EXISTS FOR (n:Modality) ON (n.name);
    CREATE INDEX method_name IF NOT EXISTS FOR (n:Method) ON (n.name);
    CREATE INDEX task_name IF NOT EXISTS FOR (n:Task) ON (n.name);
    """)

_SCRIPT = dedent("""\
    #!/bin/sh
    # Fill a new Neo4j database from this folder:  sh import.sh [DATABASE] [more options]
    # The database must not exist yet, or be stopped and named with --overwrite-destination.
    set -eu
    cd -- "$(dirname -- "$0")"
    database=${1:-neo4j}
    [ $# -eq 0 ] || shift
    "${NEO4J_ADMIN:-neo4j-admin}" database import full "$database" \\
      --id-type=string \\
      --array-delimiter=U+001F \\
      --bad-tolerance=0""")

README = dedent("""\
    # A literature graph for Neo4j

    This folder fills an empty Neo4j database (version 5 or later) with a graph made by litkg.

    1. Stop the server, or choose a database that does not exist yet.
    2. Run `sh import.sh DATABASE`. Set `NEO4J_ADMIN` where `neo4j-admin` is not on the path. To
       replace a database, add `--overwrite-destination`; on the Community Edition the one database
       is `neo4j`.
    3. Start the server. Where the database is new to it, run `CREATE DATABASE DATABASE;` in the
       database `system`.
    4. Run `cypher-shell -d DATABASE -f constraints.cypher` for constraints and indexes.

    ## What is in it

    | nodes | properties |
    |---|---|
    | `(:Paper)` | `iri`, `id`, `title`, `abstract`, `year`, `keywords`, `doi`, `arxiv`, `pmid`, `url`, `origins` |
    | `(:Entity:Dataset)`, `(:Entity:Modality)`, `(:Entity:Method)`, `(:Entity:Task)` | `iri`, `name`, `aliases`, `listed`, `paperCount`, `mentionCount`, `firstYear`, `lastYear` |
    | `(:Venue)`, `(:Person)` | `iri`, `name` |

    | relationships | properties |
    |---|---|
    | `(:Paper)-[:INTRODUCES, USES, COMPARES or MENTIONS]->(:Entity)` | `confidence`, `mentionCount`, `extractors`; `surfaces` and `places` (field and positions), one each a mention; `evidence`: the sentences |
    | `(:Entity)-[:USED_FOR, EVALUATED_ON, TRAINED_ON, APPLIED_TO, BENCHMARK_FOR, HAS_MODALITY, PART_OF, IS_A or COMPARED_WITH]->(:Entity)` | `confidence` of the best statement, `support`: number of papers, `extractors`; `papers` (ids) and `evidence` (sentences), one each a statement |
    | `(:Entity)-[:BROADER]->(:Entity)` | `source` |
    | `(:Entity)-[:CO_OCCURS_WITH]->(:Entity)` | `paperCount`; stated once a pair, so ask for it without a direction |
    | `(:Paper)-[:PUBLISHED_IN]->(:Venue)` | |
    | `(:Paper)-[:AUTHORED_BY]->(:Person)` | `position`, from 1 |

    A first question:

        MATCH (p:Paper)-[:USES]->(m:Method)-[:USED_FOR]->(t:Task)
        RETURN t.name, m.name, count(DISTINCT p) AS papers ORDER BY papers DESC LIMIT 20;

    Each CSV file has its columns in the header file beside it. Values of a list are parted by the
    character U+001F, which, like NUL, was removed from all texts; line breaks became spaces.
    """)
