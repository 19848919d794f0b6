"""N-Triples: one statement a line, plain UTF-8, readable by every RDF tool and by ``grep``.

Specification: https://www.w3.org/TR/n-triples/. The lines come in the order of
``exports.triples.resources``, each once. What that module says is not carried is lost here too;
the format itself loses nothing.

The grammar forbids quote, backslash, line feed and carriage return in a literal; also escaped here
are all other control characters, the line separators U+2028 and U+2029 and the non-characters, so
that no editor or terminal trips over them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from exports.files import write_text
from exports.triples import IRI, STRING, Evidence, resources
from ontology.tables import GraphTables

_LINES = 4096
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_UNSAFE = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]')


def generate(graph: GraphTables, *, evidence: Evidence = "full") -> Iterator[str]:
    """Stream the graph as N-Triples, in pieces of some thousand whole lines."""
    lines: list[str] = []
    for iri, properties in resources(graph, evidence):
        subject = f"<{iri}> <"
        lines += [
            f"{subject}{predicate}> <{value}> .\n"
            if kind == IRI
            else f"{subject}{predicate}> {literal(kind, value)} .\n"
            for predicate, kind, value in properties
        ]
        if len(lines) >= _LINES:
            yield "".join(lines)
            lines.clear()
    if lines:
        yield "".join(lines)


def write(graph: GraphTables, path: Path, *, evidence: Evidence = "full") -> None:
    """Write the graph to a file, compressed where the name ends in ``.gz``, or to stdout (``-``)."""
    write_text(path, generate(graph, evidence=evidence))


def literal(kind: str, value: str) -> str:
    r"""Write a literal; ``kind`` is the IRI of its datatype or a language tag behind ``@``.

    >>> print(literal("@en", 'a "b"'))
    "a \"b\""@en
    """
    if kind == STRING:
        return f'"{escaped(value)}"'
    if kind[0] == "@":
        return f'"{escaped(value)}"{kind}'
    return f'"{value}"^^<{kind}>'


def escaped(text: str) -> str:
    r"""Escape a text for a literal in double quotes, in N-Triples and Turtle alike.

    >>> escaped("tab\tand NUL\x00")
    'tab\\tand NUL\\u0000'
    """
    return _UNSAFE.sub(_escape, text) if _UNSAFE.search(text) else text


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    return _SHORT.get(character) or f"\\u{ord(character):04X}"
