"""What the explorer reads of a graph: its tables by number in one DuckDB file, and its first picture.

They lie in ``GRAPH/.store`` as ``<digest>.tables-<version>`` and ``<digest>.overview-<key>``, made
once a digest; the key is that of the script that reads the picture and of the number of entities.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import unicodedata
from pathlib import Path

import duckdb
import pyarrow as pa

from exports.html import asset, page_data
from kg.graph import Graph, make_views
from kg.query_store import Progress, stored

SCRIPT = "served.js"
"""The script of the served page, beside the one of the page on disk."""
MAX_NODES = 2000
"""Entities that the page holds from the start, unless told otherwise: those of most papers."""

_VERSION = 3
"""Of the tables below."""
_SEPARATORS = re.compile("[\\s_\u2010-\u2015-]+")

# Papers and entities are numbered in the order of their tables, which is also that of the page.
_TABLES = """
CREATE TABLE paper AS
SELECT (row_number() OVER (ORDER BY id) - 1)::INTEGER AS number,
       id, iri, title, abstract, authors, venue, year, doi, arxiv, pmid, url
FROM papers ORDER BY id;
CREATE TABLE entity AS
SELECT (row_number() OVER (ORDER BY iri) - 1)::INTEGER AS number, iri, type, name, papers
FROM entities ORDER BY iri;
CREATE TABLE link AS
SELECT paper.number AS paper, entity.number AS entity, role, confidence
FROM links JOIN paper ON paper.id = links.paper JOIN entity ON entity.iri = links.entity
ORDER BY ALL;
CREATE TABLE statement AS
SELECT head.number AS head, relation, tail.number AS tail, paper.number AS paper,
       field, sentence_start, sentence_end
FROM relations JOIN entity AS head ON head.iri = relations.head
JOIN entity AS tail ON tail.iri = relations.tail JOIN paper ON paper.id = relations.paper
ORDER BY ALL;
CREATE TABLE mention AS
SELECT paper.number AS paper, entity.number AS entity, field, start, "end", sentence_start, sentence_end
FROM mentions JOIN paper ON paper.id = mentions.paper JOIN entity ON entity.iri = mentions.entity
ORDER BY ALL;
CREATE TABLE step AS
SELECT low.number AS narrower, high.number AS broader
FROM broader AS steps JOIN entity AS low ON low.iri = steps.narrower
JOIN entity AS high ON high.iri = steps.broader ORDER BY ALL;
CREATE TABLE alias AS
SELECT entity.number AS entity, alias, language,
       row_number() OVER (
         PARTITION BY entity.number ORDER BY source <> 'vocabulary', aliases.mentions DESC, alias
       )::INTEGER AS place
FROM aliases JOIN entity ON entity.iri = aliases.entity ORDER BY entity.number, place;
"""
_NAMES = """
SELECT number AS entity, name AS spelling, false AS other FROM entity
UNION ALL SELECT entity, alias, true FROM alias
"""
_NAMES_KEPT = """
SELECT entity, folded.folded, arg_min(spelling, (other, spelling)) AS spelling, bool_and(other) AS other
FROM folded JOIN entity ON number = entity
GROUP BY entity, papers, folded.folded ORDER BY papers DESC, entity, folded.folded
"""
_TITLES_KEPT = """
SELECT paper, folded.folded FROM folded JOIN paper ON number = folded.paper
ORDER BY year DESC NULLS LAST, folded.paper
"""


def open_tables(graph: Graph, *, progress: Progress | None = None) -> Path:
    """Give the DuckDB file of the graph's tables, made now where there is none for this digest.

    ``progress`` is told the rows of each table once it stands. Raises ``QueryError`` where the graph
    folder cannot be written to.
    """

    def fill(path: Path) -> None:
        with duckdb.connect(str(path)) as connection:
            _fill(connection, graph, progress)

    return stored(graph, f".tables-{_VERSION}", fill)


def open_overview(graph: Graph, *, max_nodes: int = MAX_NODES) -> Path:
    """Give the first picture of the graph as compressed JSON; made and raising as ``open_tables``."""

    def fill(path: Path) -> None:
        data = page_data(graph, max_nodes=max_nodes).encode("utf-8", "replace")
        path.write_bytes(gzip.compress(data, 6, mtime=0))

    key = hashlib.sha256(f"{max_nodes} {asset(SCRIPT)}".encode()).hexdigest()[:12]
    return stored(graph, f".overview-{key}", fill)


def _fill(connection: duckdb.DuckDBPyConnection, graph: Graph, progress: Progress | None) -> None:
    make_views(connection, graph.path)
    rows = 0
    for statement in connection.extract_statements(_TABLES):
        [made] = connection.execute(statement).fetchall()
        rows += made[0]
        if progress:
            progress(rows)
    for name, spellings, kept in (
        ("name", _NAMES, _NAMES_KEPT),
        (
            "title",
            "SELECT number AS paper, title AS spelling FROM paper",
            _TITLES_KEPT,
        ),
    ):
        found = connection.sql(spellings).to_arrow_table()
        texts = found.column("spelling").to_pylist()
        folded = found.append_column("folded", pa.array(map(fold, texts), pa.string()))
        connection.register("folded", folded)
        connection.execute(f"CREATE TABLE {name} AS {kept}")
        connection.unregister("folded")


def fold(text: str) -> str:
    """Write a name as searches compare it: no accents, no case, one blank for what separates words.

    >>> fold("Pok\N{LATIN SMALL LETTER E WITH ACUTE}mon-GO"), fold("\N{FULLWIDTH LATIN CAPITAL LETTER U}_net ")
    ('pokemon go', 'u net')
    """
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(one for one in decomposed if not unicodedata.category(one).startswith("M"))
    return _SEPARATORS.sub(" ", text.lower()).strip()
