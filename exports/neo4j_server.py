"""A running Neo4j server: its address, a session with it, and its refusals in litkg's words.

Credentials never become part of a text: addresses that hold some are refused, and messages name a
server by scheme, host and port alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from neo4j import GraphDatabase, Session
from neo4j.exceptions import (
    AuthError,
    ConfigurationError,
    ConnectionPoolError,
    ConstraintError,
    Forbidden,
    GqlError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

from ontology.errors import InputError, ServerError

SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
_PASSWORD_EXPIRED = "Neo.ClientError.Security.CredentialsExpired"  # noqa: S105  a code
_TOO_MANY_TRIES = "Neo.ClientError.Security.AuthenticationRateLimit"
_NO_DATABASE = "Neo.ClientError.Database.DatabaseNotFound"


@dataclass(frozen=True, slots=True)
class Server:
    """Where to push to and as whom; without ``database`` the user's home database is meant.

    Raises ``InputError`` where ``uri`` is no address, or holds a user or a password.
    """

    uri: str
    username: str
    password: str = field(repr=False)
    database: str | None = None

    def __post_init__(self) -> None:
        check_address(self.uri)

    @property
    def name(self) -> str:
        """Scheme, host and port, fit for messages."""
        parts = urlsplit(self.uri)
        return f"{parts.scheme}://{parts.netloc}"


def check_address(uri: str) -> None:
    """Raise ``InputError`` where a text is not the address of a server, or holds credentials.

    >>> check_address("bolt://localhost:7687")
    >>> check_address("bolt://neo4j:secret@localhost:7687")
    Traceback (most recent call last):
    ontology.errors.InputError: bolt://localhost:7687: user and password do not belong in an \
address, where others can read them; set NEO4J_USERNAME and NEO4J_PASSWORD instead
    """
    scheme, mark, rest = uri.partition("://")
    if "@" in uri:
        host = rest.rpartition("@")[2]
        name = f"{scheme}://{host}" if mark and scheme in SCHEMES else "address"
        raise InputError(
            f"{name}: user and password do not belong in an address, where others can read them;"
            " set NEO4J_USERNAME and NEO4J_PASSWORD instead"
        )
    try:
        parts = urlsplit(uri)
        usable = parts.scheme in SCHEMES and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.path.strip("/") or parts.query or parts.fragment:
        raise InputError(
            "address of the server: cannot be used; write bolt://HOST:PORT or neo4j://HOST:PORT, and"
            " bolt+s or neo4j+s where the connection is encrypted"
        )


@contextmanager
def session_with(server: Server, *, patience: float) -> Iterator[Session]:
    """Open a session whose transactions are repeated for ``patience`` seconds where they fail.

    Only what may pass is repeated: a connection that broke, a server that restarts, a deadlock.
    Raises ``ServerError``, also for what fails while the session is used, and ``InputError`` for an
    address that the driver cannot use.
    """
    reached = False
    try:
        with GraphDatabase.driver(
            server.uri,
            auth=(server.username, server.password),
            max_transaction_retry_time=patience,
        ) as driver:
            driver.verify_connectivity()
            reached = True
            with driver.session(database=server.database) as session:
                yield session
    except ConfigurationError as error:
        raise InputError(
            f"{server.name}: the driver cannot use this address; {_line(error)}"
        ) from error
    except (ServiceUnavailable, SessionExpired, ConnectionPoolError) as error:
        raise ServerError(
            f"{server.name}: the connection broke and did not come back; what was pushed stays, so"
            " push again once the server runs, to go on from there"
            if reached
            else f"{server.name}: no server answers there; start it, or check host and port"
            f" ({_line(error)})"
        ) from error
    except Neo4jError as error:
        raise ServerError(f"{server.name}: {_told(error, server)}") from error


def _told(error: Neo4jError, server: Server) -> str:
    if error.code == _PASSWORD_EXPIRED:
        return "the password must be changed first; ALTER CURRENT USER SET PASSWORD does so"
    if error.code == _TOO_MANY_TRIES:
        return "too many wrong passwords; wait before the next try"
    if isinstance(error, AuthError):
        return "the server refuses user or password; check NEO4J_USERNAME and NEO4J_PASSWORD"
    if error.code == _NO_DATABASE:
        name = f'"{server.database}"' if server.database else "of the user's own"
        return f"there is no database {name}; SHOW DATABASES lists those there are"
    if isinstance(error, Forbidden):
        return f"the user may not do this; {_line(error)}"
    if isinstance(error, ConstraintError) or ".Schema.Constraint" in error.code:
        return (
            "nodes that litkg did not make hold an IRI of this graph in the property iri, or one"
            f" IRI twice; remove that property from them, or push to another database"
            f" ({_line(error)})"
        )
    return f"the server refuses; {error.code}: {_line(error)}"


def _line(error: GqlError) -> str:
    """What the driver or server says, as one printable line."""
    text = error.message if isinstance(error, Neo4jError) else str(error)
    printable = "".join(mark if mark.isprintable() else " " for mark in text or "")
    return " ".join(printable.split())[:300]
