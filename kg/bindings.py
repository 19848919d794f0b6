"""Values for the parameters of a query: read from text, and written into SPARQL.

Cypher engines take parameters beside the query. SPARQL 1.1 knows none, so ``$name`` in a query is
replaced by the value as an RDF term, written by pyoxigraph's own serializer: whatever a value holds,
it stays one term.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph

from ontology.errors import QueryError


@dataclass(frozen=True, slots=True)
class Iri:
    """The address of a thing in the graph, as the value of a parameter."""

    value: str


Scalar = str | int | float | bool | None
Term = Iri | Scalar | list[Scalar]
"""The value of a parameter; lists and ``None`` are for Cypher alone."""

STRING = r"""(?<!\\) (?:
    \"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
    | \"(?:[^"\\\n\r]|\\.)*\" | '(?:[^'\\\n\r]|\\.)*'
)"""
"""A string of SPARQL, for a verbose regular expression.

Behind a backslash a quote is part of a name. That also keeps the steps in proportion to a hostile
query: it is not read to its end once from each of its quotes.
"""
_TOKEN = re.compile(
    rf"""
      <[^<>"{{}}|^`\\\s]*>
    | \#[^\n\r]*
    | {STRING}
    | \$(?P<name>\w+)
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(r"[^\W\d]\w*")


def read_parameters(given: Iterable[str]) -> dict[str, str]:
    """Split ``name=value`` texts.

    >>> read_parameters(["modality=EEG", "note=a=b"])
    {'modality': 'EEG', 'note': 'a=b'}

    Raises ``QueryError`` where a text has no name or a name comes twice.
    """
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not _NAME.fullmatch(name):
            raise QueryError(f'parameter "{text}": write it as NAME=VALUE')
        if name in found:
            raise QueryError(f'parameter "{name}": given twice; a parameter has one value')
        found[name] = value
    return found


def read_value(text: str) -> Scalar | list[Scalar]:
    """Read a value: JSON numbers, booleans, null, quoted strings and lists of them, else the text.

    >>> [read_value(text) for text in ("3", "0.5", "true", '"3"', "U-Net", '["a", 1]')]
    [3, 0.5, True, '3', 'U-Net', ['a', 1]]
    """
    try:
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text
    if isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(one, dict | list) for one in value)
    ):
        return text
    found: Scalar | list[Scalar] = value
    return found


def bound(query: str, parameters: Mapping[str, Term]) -> str:
    """Put the values of parameters into a SPARQL query, in place of the variables ``$name``.

    >>> bound('SELECT ?s { ?s ?p $name } # $name', {"name": 'a"b'})
    'SELECT ?s { ?s ?p "a\\\\"b" } # $name'

    Raises ``QueryError`` for a value that RDF has no term for, and for a parameter that the query
    does not name.
    """
    terms = {name: _written(name, value) for name, value in parameters.items()}
    seen: set[str] = set()

    def put(token: re.Match[str]) -> str:
        name = token["name"]
        if name not in terms:
            return token[0]
        seen.add(name)
        return terms[name]

    text = _TOKEN.sub(put, query) if terms else query
    for name in terms:
        if name not in seen:
            raise QueryError(f'parameter "{name}": the query has no ${name}')
    return text


def _written(name: str, value: Term) -> str:
    if value is None or isinstance(value, list):
        raise QueryError(f'parameter "{name}": SPARQL binds one text, number or boolean')
    try:
        if isinstance(value, Iri):
            return str(pyoxigraph.NamedNode(value.value))
        return str(pyoxigraph.Literal(value))
    except (ValueError, OverflowError, UnicodeEncodeError) as error:
        raise QueryError(f'parameter "{name}": {value!r} is no RDF term; {error}') from error


def _refuse(constant: str) -> float:
    raise ValueError(constant)
