"""The formats that a graph can be written in; the keys of ``FORMATS`` feed ``--format``."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from ontology.tables import GraphTables


@dataclass(frozen=True, slots=True)
class Format:
    """One way out of the graph.

    ``writer`` is the function ``module.name`` of this package, imported when it is used: a command
    line that only lists formats needs none. The suffix is that of the file, empty where the format
    is a folder.
    """

    writer: str
    suffix: str
    description: str
    takes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    def write(self, graph: GraphTables, path: Path, **options: Any) -> None:
        """Write a graph; the options are keywords named in ``takes``, those in ``needs`` among them."""
        module, _, name = self.writer.partition(".")
        getattr(import_module(f"exports.{module}"), name)(graph, path, **options)


FORMATS: dict[str, Format] = {
    "csv": Format("tables.write_csv", "", "a folder of CSV tables", ("evidence",)),
    "gexf": Format("gexf.write", ".gexf", "a network with its years, for Gephi", ("evidence",)),
    "graphml": Format(
        "graphml.write", ".graphml", "a network, for Cytoscape, Gephi and others", ("evidence",)
    ),
    "html": Format(
        "html.write", ".html", "an explorer in one file, opens offline", ("max_nodes", "evidence")
    ),
    "jsonld": Format(
        "jsonld.write", ".jsonld", "RDF as JSON, all about one thing together", ("evidence",)
    ),
    "kgx": Format("kgx.write", "", "a folder of KGX tables in Biolink's terms", ("evidence",)),
    "neo4j": Format("neo4j.write", "", "a folder for neo4j-admin database import", ("evidence",)),
    "neo4j-parquet": Format(
        "neo4j.write_parquet", "", "the same in Parquet, for Neo4j 2025.02 and later", ("evidence",)
    ),
    "nquads": Format("nquads.write", ".nq", "RDF, a named graph for each source", ("evidence",)),
    "ntriples": Format("ntriples.write", ".nt", "RDF, one statement a line", ("evidence",)),
    "parquet": Format("tables.write_parquet", "", "a folder of Parquet tables", ("evidence",)),
    "pyvis": Format(
        "pyvis.write",
        ".html",
        "the neighbourhood of one entity as a small page",
        ("around", "max_nodes", "evidence"),
        ("around",),
    ),
    "rdfxml": Format("rdfxml.write", ".rdf", "RDF as XML, for older tools", ("evidence",)),
    "turtle": Format("turtle.write", ".ttl", "RDF with prefixes, made to be read", ("evidence",)),
    "vosviewer": Format("vosviewer.write", ".json", "the co-occurrence network, for VOSviewer"),
}
