"""SPARQL 1.1 Protocol, the reading side: from an HTTP request to the query that it asks."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

LARGEST_BODY = 1 << 20
"""Bytes of a query that is posted."""
_DRAINED = 32 * LARGEST_BODY
"""Bytes of a body that is too large which are still read, so that its sender hears the answer."""
_READ_SECONDS = 30
_MOST_PARAMETERS = 100
_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"


async def read_query(request: Request) -> str | None:
    """Give the query that a GET, HEAD or POST request asks, or ``None`` where a GET asks none.

    Raises ``HTTPException`` with status 400, 408, 413 or 415 and a reason.
    """
    pairs = _pairs(request.scope["query_string"], "URL")
    if request.method != "POST":
        return _query(pairs)
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    media_type = media_type.strip().lower()
    if media_type == _UPDATE:
        raise HTTPException(400, "request: updates are refused; this endpoint only reads")
    if media_type not in (_FORM, _QUERY):
        raise HTTPException(
            415, f"request: the content type must be {_FORM} or {_QUERY}", {"Accept": _FORM}
        )
    charset = parameters.partition("charset=")[2].strip().strip('"').lower()
    if charset not in ("", "utf-8", "utf8"):
        raise HTTPException(415, "request: the charset must be UTF-8")
    body = await read_body(request)
    if media_type == _FORM:
        query = _query(pairs + _pairs(body, "form"))
    else:
        try:
            query = _query([*pairs, ("query", body.decode())])
        except UnicodeDecodeError as error:
            raise HTTPException(400, f"request: the query is not UTF-8; {error}") from None
    if query is None:
        raise HTTPException(400, "request: the parameter query is missing")
    return query


def _pairs(text: bytes, where: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            text.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except UnicodeDecodeError:
        raise HTTPException(400, f"request: the {where} is not UTF-8") from None
    except ValueError:
        raise HTTPException(
            400, f"request: the {where} has more than {_MOST_PARAMETERS} parameters"
        ) from None


def _query(pairs: list[tuple[str, str]]) -> str | None:
    """Find the one query among parameters; parameters that mean nothing here are let pass."""
    names = [name for name, _ in pairs]
    if "update" in names:
        raise HTTPException(400, "request: updates are refused; this endpoint only reads")
    for name in ("default-graph-uri", "named-graph-uri"):
        if name in names:
            raise HTTPException(
                400, f"request: {name} is refused; a graph folder is one graph, leave it out"
            )
    queries = [value for name, value in pairs if name == "query"]
    if len(queries) > 1:
        raise HTTPException(400, "request: there is more than one query; ask them one by one")
    return queries[0] if queries else None


async def read_body(request: Request) -> bytes:
    """Read what is posted; raise ``HTTPException`` with status 408 or 413 where it takes too long."""
    pieces, size = [], 0
    try:
        async with asyncio.timeout(_READ_SECONDS):
            async for piece in request.stream():
                size += len(piece)
                if size <= LARGEST_BODY:
                    pieces.append(piece)
                elif size > _DRAINED:
                    break
    except TimeoutError:
        raise HTTPException(408, f"request: not whole after {_READ_SECONDS} seconds") from None
    if size > LARGEST_BODY:
        raise HTTPException(413, f"request: longer than {LARGEST_BODY:,} bytes; shorten the query")
    return b"".join(pieces)
