"""The formats that a graph can be written in; the keys of ``FORMATS`` feed ``--format``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from exports import (
    gexf,
    graphml,
    html,
    jsonld,
    kgx,
    neo4j,
    nquads,
    ntriples,
    pyvis,
    rdfxml,
    tables,
    turtle,
    vosviewer,
)


@dataclass(frozen=True, slots=True)
class Format:
    """One way out of the graph.

    ``write(graph, path)`` takes the keyword options named in ``takes`` and must be given those in
    ``needs``. The suffix is that of the file, empty where the format is a folder.
    """

    write: Callable[..., None]
    suffix: str
    description: str
    takes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


FORMATS: dict[str, Format] = {
    "csv": Format(tables.write_csv, "", "a folder of CSV tables", ("evidence",)),
    "gexf": Format(gexf.write, ".gexf", "a network with its years, for Gephi", ("evidence",)),
    "graphml": Format(
        graphml.write, ".graphml", "a network, for Cytoscape, Gephi and others", ("evidence",)
    ),
    "html": Format(
        html.write, ".html", "an explorer in one file, opens offline", ("max_nodes", "evidence")
    ),
    "jsonld": Format(
        jsonld.write, ".jsonld", "RDF as JSON, all about one thing together", ("evidence",)
    ),
    "kgx": Format(kgx.write, "", "a folder of KGX tables in Biolink's terms", ("evidence",)),
    "neo4j": Format(neo4j.write, "", "a folder for neo4j-admin database import", ("evidence",)),
    "neo4j-parquet": Format(
        neo4j.write_parquet, "", "the same in Parquet, for Neo4j 2025.02 and later", ("evidence",)
    ),
    "nquads": Format(nquads.write, ".nq", "RDF, a named graph for each source", ("evidence",)),
    "ntriples": Format(ntriples.write, ".nt", "RDF, one statement a line", ("evidence",)),
    "parquet": Format(tables.write_parquet, "", "a folder of Parquet tables", ("evidence",)),
    "pyvis": Format(
        pyvis.write,
        ".html",
        "the neighbourhood of one entity as a small page",
        ("around", "max_nodes", "evidence"),
        ("around",),
    ),
    "rdfxml": Format(rdfxml.write, ".rdf", "RDF as XML, for older tools", ("evidence",)),
    "turtle": Format(turtle.write, ".ttl", "RDF with prefixes, made to be read", ("evidence",)),
    "vosviewer": Format(vosviewer.write, ".json", "the co-occurrence network, for VOSviewer"),
}
