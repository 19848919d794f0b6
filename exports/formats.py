"""The formats that a graph can be written in; the keys of ``FORMATS`` feed ``--format``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from exports import neo4j, ntriples, turtle


@dataclass(frozen=True, slots=True)
class Format:
    """One way out of the graph.

    ``write(graph, path)`` takes the keyword ``evidence`` where ``takes_evidence`` is true. The
    suffix is that of the file, empty where the format is a folder.
    """

    write: Callable[..., None]
    suffix: str
    description: str
    takes_evidence: bool


FORMATS: dict[str, Format] = {
    "neo4j": Format(neo4j.write, "", "folder for neo4j-admin database import", takes_evidence=True),
    "ntriples": Format(ntriples.write, ".nt", "RDF, one statement a line", takes_evidence=True),
    "turtle": Format(
        turtle.write, ".ttl", "RDF with prefixes, made to be read", takes_evidence=True
    ),
}
