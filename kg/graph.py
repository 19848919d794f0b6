"""The graph folder: a manifest, one Parquet file a table; written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from exports.network import to_networkx
from exports.selection import ALL, Selection, select
from exports.streams import regrouped
from exports.tables import frames
from exports.triples import Evidence
from kg.folder_lock import writing
from ontology.errors import GraphError, InputError
from ontology.tables import SCHEMAS
from ontology.text import encodable

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
    from IPython.display import HTML

FORMAT = 2
"""Version of the folder's layout; another version is refused."""

ROW_GROUP = 65_536
"""Rows of a Parquet row group, fixed so that bytes do not depend on how rows arrive."""

MANIFEST = "manifest.json"
ANNOTATIONS = "annotations"
CURATION = "curation"
VOCABULARY = "vocabulary"
"""Copies of the user's vocabulary files, each in a folder named by its place in their order."""


@dataclass(frozen=True)
class Graph:
    """A finished graph folder, opened for reading.

    Implements ``ontology.tables.GraphTables``.
    """

    path: Path
    manifest: dict[str, Any]

    @property
    def name(self) -> str:
        """Name of the corpus."""
        return str(self.manifest["name"])

    def batches(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Stream a table in its order, all columns or those named.

        Raises :class:`GraphError` where its file cannot be read.
        """
        path = table_file(self.path, table)
        try:
            with pq.ParquetFile(path) as file:
                yield from file.iter_batches(columns=None if columns is None else list(columns))
        except (OSError, pa.ArrowInvalid) as error:
            raise _damaged(path, error) from error

    def to_networkx(
        self, selection: Selection = ALL, *, evidence: Evidence = "full"
    ) -> nx.MultiDiGraph:
        """The graph, or a part of it, in memory; see :func:`exports.network.to_networkx`."""
        return to_networkx(select(self, selection), evidence=evidence)

    def frames(
        self, selection: Selection = ALL, *, evidence: Evidence = "full"
    ) -> dict[str, pd.DataFrame]:
        """The tables, or a part of them, as pandas data frames by name.

        Raises :class:`~ontology.errors.MissingDependencyError` where pandas is not installed.
        """
        return frames(select(self, selection), evidence=evidence)

    def show(
        self,
        around: str | None = None,
        selection: Selection = ALL,
        *,
        max_nodes: int = 500,
        height: int = 640,
    ) -> HTML:
        """The explorer in a notebook, or with ``around`` the neighbourhood of one entity.

        A notebook keeps what it shows: 500 entities take about a megabyte. Raises
        :class:`InputError` where no entity has the name, and
        :class:`~ontology.errors.MissingDependencyError` where IPython is not installed.
        """
        from exports import html, notebook, pyvis  # noqa: PLC0415  heavy

        part = select(self, selection)
        page = (
            html.generate(part, max_nodes=max_nodes)
            if around is None
            else pyvis.generate(part, around=around, max_nodes=max_nodes)
        )
        return notebook.framed(page, title=around or self.name, height=height)

    @cached_property
    def database(self) -> duckdb.DuckDBPyConnection:
        """A DuckDB connection in which every table of the graph is a view of its name.

        Raises :class:`GraphError` where a table cannot be read.
        """
        connection = duckdb.connect()
        make_views(connection, self.path)
        return connection


def make_views(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    prefix: str = "",
    row_numbers: bool = False,
) -> None:
    """Make each table of a graph folder a view of its name behind the prefix, for this connection.

    ``row_numbers`` adds the column ``file_row_number``. Raises :class:`GraphError` where a table
    cannot be read.
    """
    options = ", file_row_number = true" if row_numbers else ""
    for table in SCHEMAS:
        path = table_file(folder, table)
        quoted = str(path).replace("'", "''")
        try:
            connection.execute(
                f"CREATE TEMP VIEW {prefix}{table} AS FROM read_parquet('{quoted}'{options})"
            )
        except duckdb.Error as error:
            raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> GraphError:
    reason = next(iter(str(error).splitlines()), "")
    return GraphError(f"{path}: the table cannot be read; {reason}; build the graph again")


def open_graph(path: str | Path) -> Graph:
    """Open a graph folder for reading.

    Raises :class:`GraphError` where the folder is absent, holds no finished graph, or was written
    by another version of the layout, and :class:`InputError` where its name is not UTF-8.
    """
    folder = Path(path)
    _check_name(folder)
    with writing(folder):
        recover(folder)
    if not folder.is_dir():
        raise GraphError(
            f"{folder}: no such folder; make a graph with: kg build SOURCES -o {folder}"
        )
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise GraphError(
            f"{folder}: holds no graph (no {MANIFEST}); make one with: kg build SOURCES -o {folder}"
        ) from None
    except (OSError, ValueError) as error:
        raise GraphError(f"{folder / MANIFEST}: cannot be read; {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise GraphError(f"{folder}: written by another version of litkg; build it again")
    missing = [table for table in SCHEMAS if not table_file(folder, table).is_file()]
    if missing:
        raise GraphError(f"{folder}: tables are missing ({', '.join(missing)}); build it again")
    return Graph(folder, manifest)


def staging_folder(folder: Path) -> Path:
    """Where a graph is built before it moves to ``folder``: beside it, under a fixed hidden name.

    The name is fixed so that a rerun after a crash finds the finished annotation shards.
    """
    folder = folder.absolute()
    return folder.parent / f".{folder.name}.building"


def open_staging(folder: Path) -> Path:
    """Make the staging folder of a graph, or take up the annotations that a cut-off build left.

    Raises :class:`InputError` where it cannot be made.
    """
    staging = staging_folder(folder)
    with writing(folder):
        staging.mkdir(parents=True, exist_ok=True)
        (staging / MANIFEST).unlink(missing_ok=True)
        for path in staging.iterdir():
            if path.name != ANNOTATIONS:
                _delete(path)
    return staging


def check_target(folder: Path) -> None:
    """Refuse to replace anything but a graph or an empty folder, and what cannot be written.

    Raises :class:`InputError`.
    """
    _check_name(folder.absolute())
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise InputError(f"{folder}: is no folder; name another one with -o")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST).is_file():
        raise InputError(f"{folder}: holds other files and no graph; name another folder with -o")
    above = next(parent for parent in folder.absolute().parents if parent.exists())
    for place in (above, folder):
        if place.exists() and not os.access(place, os.W_OK):
            raise InputError(
                f"{folder}: cannot be written; {place} may not be changed by this user;"
                " name another folder, or have it made writable"
            )


def _check_name(folder: Path) -> None:
    if str(folder) != encodable(str(folder)):
        raise InputError(f"{folder}: the name of a graph must be UTF-8; name another folder")


def table_file(folder: Path, name: str) -> Path:
    """Where a folder holds a table of a graph."""
    return folder / f"{name}.parquet"


def write_table(name: str, batches: Iterable[pa.RecordBatch], folder: Path) -> int:
    """Write a table of the graph as Parquet; returns the number of rows."""
    rows = 0
    with pq.ParquetWriter(table_file(folder, name), SCHEMAS[name], compression="zstd") as writer:
        for table in regrouped(SCHEMAS[name], batches, ROW_GROUP):
            writer.write_table(table, row_group_size=ROW_GROUP)
            rows += table.num_rows
    return rows


def finish(staging: Path, folder: Path, manifest: dict[str, Any]) -> Graph:
    """Seal a staged graph with its manifest and move it to ``folder``, replacing an older graph.

    The older graph's curation files are kept. The manifest is written last, so a folder that has
    one is complete; ``digest`` in it covers the bytes of all tables.
    """
    digest = hashlib.sha256()
    for table in sorted(SCHEMAS):
        digest.update(table.encode())
        with table_file(staging, table).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    if (folder / CURATION).is_dir():
        shutil.copytree(folder / CURATION, staging / CURATION, dirs_exist_ok=True)
    sealed = {"format": FORMAT, **manifest, "digest": digest.hexdigest()}
    text = json.dumps(sealed, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    unsealed = staging / f"{MANIFEST}.writing"
    unsealed.write_text(text, encoding="utf-8")
    unsealed.replace(staging / MANIFEST)
    _replace(staging, folder)
    return open_graph(folder)


def _replace(staging: Path, folder: Path) -> None:
    retired = staging.with_name(f".{folder.name}.retired")
    shutil.rmtree(retired, ignore_errors=True)
    if folder.exists():
        folder.rename(retired)
    try:
        staging.rename(folder)
    except FileNotFoundError:
        # Between the two renames a reader may have made the second one, in recover().
        if staging.exists() or not (folder / MANIFEST).is_file():
            raise
    # A server may be making its store in there; what is left then goes the next time.
    shutil.rmtree(retired, ignore_errors=True)


def recover(folder: Path) -> None:
    """Complete a replacement that was cut off between its two renames."""
    staging = staging_folder(folder)
    if not folder.exists() and (staging / MANIFEST).is_file():
        with suppress(FileNotFoundError):  # its builder, or another reader, was faster
            staging.rename(folder)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
