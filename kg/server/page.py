"""Pages of the endpoint for people: what it is, and answers as a table. No script, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from typing import Any
from urllib.parse import quote

from ontology.identifiers import PREFIXES

_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
textarea, pre, td { font: 14px/1.5 ui-monospace, monospace }
textarea { width: 100%; height: 12rem; box-sizing: border-box }
table { border-collapse: collapse }
th, td { border: 1px solid #8886; padding: .2rem .6rem; text-align: left; vertical-align: top }
td, pre { overflow-wrap: anywhere; white-space: pre-wrap }
"""
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; style-src"
    f" 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)
"""Sent with every answer: even a text that slipped through as HTML could do nothing."""

EXAMPLES = {
    "methods that most papers use": """\
SELECT ?method (COUNT(*) AS ?papers) {
  ?paper litkg:uses ?m .
  ?m a litkg:Method ; skos:prefLabel ?method
} GROUP BY ?method ORDER BY DESC(?papers) ?method LIMIT 20""",
    "what new methods are evaluated on": """\
SELECT ?method ?dataset {
  ?paper litkg:introduces ?m .
  ?m a litkg:Method ; skos:prefLabel ?method ; litkg:evaluatedOn/skos:prefLabel ?dataset
} ORDER BY ?method ?dataset LIMIT 50""",
    "sentences behind the links of a paper": """\
SELECT ?entity ?sentence {
  { SELECT ?paper { ?paper a litkg:Paper } LIMIT 1 }
  ?link litkg:paper ?paper ; litkg:entity/skos:prefLabel ?entity ;
        litkg:evidence/litkg:sentence ?sentence
} ORDER BY ?entity""",
}


def home(endpoint: str, name: str, remarks: str) -> str:
    """The page of the endpoint: a form to ask in, examples, and how programs ask."""
    first = next(iter(EXAMPLES.values()))
    links = "".join(
        f'<li><a href="sparql?query={escape(quote(query, safe=""))}">{escape(title)}</a>'
        for title, query in EXAMPLES.items()
    )
    prefixes = "".join(
        f"<tr><td>{escape(key)}:<td>{escape(value)}" for key, value in PREFIXES.items()
    )
    return _page(
        name,
        f"<h1>{escape(name)}</h1>"
        f'<p>A literature knowledge graph, <a href="./">as a map</a>. {escape(remarks)}'
        f"{_form(first)}<h2>Examples</h2><ul>{links}</ul><h2>From programs</h2>"
        f"<p>SPARQL 1.1 Protocol at <code>{escape(endpoint)}</code>, by GET and POST."
        " A program that asks without a query is told in RDF what the endpoint offers.<pre>"
        f"curl -H 'Accept: text/csv' --data-urlencode 'query=ASK {{ ?p a litkg:Paper }}'"
        f" {escape(endpoint)}</pre>"
        f"<details><summary>Prefixes that need no declaration</summary><table>{prefixes}</table>"
        f"</details>",
    )


def answer(name: str, query: str, media_type: str, body: bytes, *, truncated: bool) -> str:
    """A page with the answer to a query, given as SPARQL JSON or as Turtle."""
    if media_type == "text/turtle":
        shown = f"<pre>{escape(body.decode())}</pre>"
    else:
        shown = _table(json.loads(body))
    cut = "<p>There are more; the server's limit cut them off." if truncated else ""
    return _page(
        f"Answer – {name}", f'<p><a href="sparql">{escape(name)}</a>{_form(query)}{cut}{shown}'
    )


def _table(found: dict[str, Any]) -> str:
    if "boolean" in found:
        return f"<p>{'yes' if found['boolean'] else 'no'}"
    names = found["head"]["vars"]
    rows = found["results"]["bindings"]
    head = "".join(f"<th>{escape(column)}" for column in names)
    lines = "".join(
        "<tr>" + "".join(f"<td>{_cell(row.get(column))}" for column in names) for row in rows
    )
    count = f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}"
    return f"<table><thead><tr>{head}<tbody>{lines}</table><p>{count}"


def _cell(term: dict[str, Any] | None) -> str:
    return escape(str(term["value"])) if term else ""


def _form(query: str) -> str:
    return (
        '<form action="sparql" accept-charset="utf-8"><p><label for="query">SPARQL</label>'
        # The parser drops one line feed after the tag.
        f'<textarea id="query" name="query" spellcheck="false" required>\n{escape(query)}</textarea>'
        "<p><button>Ask</button></form>"
    )


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style><main>{body}</main></html>\n"
    )
