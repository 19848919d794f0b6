"""What every request and answer has in common: a line in the log, headers that protect readers."""

from __future__ import annotations

import logging
import time
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.server.page import CONTENT_SECURITY_POLICY

LOG = logging.getLogger("kg.server")
_NOTE = "litkg.note"
_LONGEST_NOTE = 300
# The page of the explorer brings a policy of its own.
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Envelope:
    """The outermost layer of the application; HEAD answers are logged with the bytes of GET."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and log it when it is answered or given up."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, size = time.monotonic(), 499, 0

        async def send_on(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, send_on)
        finally:
            LOG.info(
                "%s %s %s %d %d bytes %.3f s%s",
                scope["client"][0] if scope.get("client") else "-",
                scope["method"],
                on_one_line(scope["path"]),
                status,
                size,
                time.monotonic() - started,
                scope.get(_NOTE, ""),
            )


def note(scope: Any, key: str, text: str) -> None:
    """Add a text of the request to its line in the log."""
    scope[_NOTE] = f"{scope.get(_NOTE, '')} {key}={on_one_line(text)}"


def on_one_line(text: str) -> str:
    r"""Quote a text that a stranger sent, so that no character of it steers a log or a terminal.

    >>> on_one_line("ASK {}\\n127.0.0.1 GET / 200 \\x1b[31m")
    "'ASK {}\\\\n127.0.0.1 GET / 200 \\\\x1b[31m'"
    """
    return repr(text if len(text) <= _LONGEST_NOTE else text[:_LONGEST_NOTE] + "…")
