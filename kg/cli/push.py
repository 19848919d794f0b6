"""``kg push``: a graph into a running Neo4j."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.console import build_progress, notes
from kg.cli.options import GRAPH, QUIET
from ontology.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.neo4j_push import Changes
    from exports.triples import Evidence


@click.command("push")
@GRAPH
@click.argument("uri")
@click.option("--database", help="Name of the database; the user's home database by default.")
@click.option(
    "--evidence",
    type=click.Choice(["none", "summary", "full"]),
    default="full",
    show_default=True,
    help="How much to say of where links and relations come from.",
)
@QUIET
def push_command(
    graph: Path, uri: str, database: str | None, evidence: Evidence, quiet: bool
) -> None:
    """Bring a running Neo4j database to the state of a graph.

    URI is bolt://HOST:PORT or neo4j://HOST:PORT. User and password come from NEO4J_USERNAME and
    NEO4J_PASSWORD, or are asked for. Only differences are written, so pushing again is cheap, also
    after a push that was cut off. What an earlier push or import brought and the graph no longer
    has is deleted; nodes that litkg did not make stay.

    \b
    Example:
      kg push map/ bolt://localhost:7687
      kg push map/ neo4j+s://graph.example.org --database papers
    """
    from exports.neo4j_push import push
    from exports.neo4j_server import Server, check_address
    from kg.graph import open_graph
    from kg.steps import Step

    opened = open_graph(graph)
    check_address(uri)
    server = Server(uri, *_credentials(), database)
    with build_progress(quiet=quiet) as progress, _repeats_shown(quiet=quiet):

        def report(table: str, done: int, total: int) -> None:
            if progress is not None:
                progress(Step(table, done, total))

        changes = push(opened, server, evidence=evidence, report=report)
    if not quiet:
        click.echo(_summary(changes))


def _credentials() -> tuple[str, str]:
    """User and password from the environment, or from the person at the terminal."""
    username = os.environ.get("NEO4J_USERNAME")
    password = os.environ.get("NEO4J_PASSWORD")
    if password is None and not sys.stdin.isatty():
        raise InputError(
            "NEO4J_PASSWORD: is not set, and there is no terminal to ask at; set it, and"
            " NEO4J_USERNAME where the user is not neo4j"
        )
    if password is not None:
        return username or "neo4j", password
    username = username or click.prompt("User", default="neo4j", err=True)
    return username, click.prompt("Password", hide_input=True, err=True)


def _summary(changes: Changes) -> str:
    if not changes:
        return "nothing to change"
    return (
        f"nodes: {changes.nodes_created:,} created, {changes.nodes_deleted:,} deleted;"
        f" relationships: {changes.relationships_created:,} created,"
        f" {changes.relationships_deleted:,} deleted; {changes.properties_set:,} properties set"
    )


@contextmanager
def _repeats_shown(*, quiet: bool) -> Iterator[None]:
    """Say that a transaction is repeated; all else that the driver logs is not for users."""

    class Repeats(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name == "neo4j.session" and not quiet:
                notes().print("the connection broke; trying again")

    handler = Repeats(logging.WARNING)
    logger = logging.getLogger("neo4j")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
