"""The formats that a graph can be written in; the keys of ``FORMATS`` feed ``--format``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from exports import html, neo4j, ntriples, pyvis, turtle


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
    "html": Format(
        html.write, ".html", "an explorer in one file, opens offline", ("max_nodes", "evidence")
    ),
    "neo4j": Format(neo4j.write, "", "a folder for neo4j-admin database import", ("evidence",)),
    "ntriples": Format(ntriples.write, ".nt", "RDF, one statement a line", ("evidence",)),
    "pyvis": Format(
        pyvis.write,
        ".html",
        "the neighbourhood of one entity as a small page",
        ("around", "max_nodes", "evidence"),
        ("around",),
    ),
    "turtle": Format(turtle.write, ".ttl", "RDF with prefixes, made to be read", ("evidence",)),
}
