"""IRIs that every RDF reader accepts: checks for given ones, minting for what has none."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from ontology.identifiers import paper_iri

_PATH = r"(?:[A-Za-z0-9\-._~:@!$&'()*+,;=/]|%[0-9A-Fa-f]{2})"
_AUTHORITY = r"//(?:[A-Za-z0-9\-._~!$&'()*+,;=:]*@)?[A-Za-z0-9\-._~]*(?::[0-9]*)?"
_QUERY = rf"(?:\?(?:{_PATH}|\?)*)?(?:\#(?:{_PATH}|\?)*)?"
_ABSOLUTE = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.\-]*:(?:{_AUTHORITY}(?:/{_PATH}*)?|(?!//){_PATH}*){_QUERY}"
)
_WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9]", re.IGNORECASE)
_MINTED = re.compile(r"urn:litkg:([a-z]+:[A-Za-z0-9\-._~%]+)")


@lru_cache(maxsize=65536)
def valid_iri(text: str) -> str:
    """Give the text if it is an absolute IRI in ASCII (RFC 3986), else an IRI that quotes it whole.

    Quoting the whole, not only what is forbidden, keeps different texts different.

    >>> valid_iri("urn:litkg:method:unet"), valid_iri("a <b>")
    ('urn:litkg:method:unet', 'urn:litkg:iri:a%20%3Cb%3E')
    """
    return text if _ABSOLUTE.fullmatch(text) else "urn:litkg:iri:" + quote(text, safe="")


def is_web_address(text: str) -> bool:
    """Tell whether a text is an absolute http or https address that RDF can carry as an IRI.

    >>> [is_web_address(url) for url in ("https://a.org/b", "javascript:alert(1)", "http://a b")]
    [True, False, False]
    """
    return bool(_WEB_ADDRESS.match(text) and _ABSOLUTE.fullmatch(text))


@lru_cache(maxsize=65536)
def iri_part(iri: str) -> str:
    """Shorten an entity's IRI to a part of another minted IRI; it holds no slash.

    >>> iri_part("urn:litkg:method:unet"), iri_part("http://example.org/a")
    ('method:unet', 'http%3A%2F%2Fexample.org%2Fa')
    """
    minted = _MINTED.fullmatch(iri)
    return minted.group(1) if minted else quote(iri, safe="")


@lru_cache(maxsize=1024)
def paper_part(paper_id: str) -> str:
    """Quote a paper's id as a part of another minted IRI; it holds no slash.

    >>> paper_part("10.0000/a b")
    '10.0000%2Fa%20b'
    """
    return paper_iri(paper_id).removeprefix("urn:litkg:paper:")


def relation_iri(head: str, relation: str, tail: str) -> str:
    """Mint the IRI of a relation between two entities; ``relation`` is its name in the tables.

    >>> relation_iri("urn:litkg:method:unet", "is-a", "urn:litkg:method:cnn")
    'urn:litkg:relation:method:unet/is-a/method:cnn'
    """
    return f"urn:litkg:relation:{iri_part(head)}/{relation}/{iri_part(tail)}"


def statement_iri(paper_id: str, field: str, start: int, relation: str) -> str:
    """Mint the IRI of a statement: a relation (its IRI) in one sentence (its start) of one paper.

    >>> statement_iri("p1", "title", 0, "urn:litkg:relation:method:a/is-a/method:b")
    'urn:litkg:statement:p1/title/0/method:a/is-a/method:b'
    """
    relation = relation.removeprefix("urn:litkg:relation:")
    return f"urn:litkg:statement:{paper_part(paper_id)}/{field}/{start}/{relation}"
