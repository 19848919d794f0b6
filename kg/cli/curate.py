"""``kg merges`` and ``kg curate``: what was merged, and the user's decisions about it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from kg.cli.console import notes, output
from kg.cli.options import GRAPH, OUTPUT_FORMAT, TYPE
from ontology.terms import EntityType

if TYPE_CHECKING:
    from kg.graph import Graph
    from kg.review import Reviewed
    from ontology.vocabulary.reader import Entry

_VERBS = ("merge", "split", "rename", "retype", "block", "accept")


@click.command("merges")
@GRAPH
@TYPE
@click.option(
    "--outcome", type=click.Choice(["merged", "kept-apart"]), help="Only merges, or only refusals."
)
@click.option("--reason", help="Only decisions for this reason (spelling, acronym, ...).")
@click.option(
    "--top", type=click.IntRange(min=1), default=50, show_default=True, help="Rows to print."
)
@click.option("--all", "everything", is_flag=True, help="Print all rows.")
@OUTPUT_FORMAT
def merges_command(
    graph: Path,
    kind: EntityType | None,
    outcome: str | None,
    reason: str | None,
    top: int,
    everything: bool,
    output_format: str,
) -> None:
    """List which names were merged and which were kept apart, most doubtful first.

    Each row has its reason and the papers that use the name. What is wrong is mended with
    kg curate.

    \b
    Example:
      kg merges map/
      kg merges map/ --type Method --outcome merged --top 20
      kg merges map/ --reason acronym --all --format csv > acronyms.csv
    """
    from kg.graph import open_graph
    from kg.query_result import QueryResult, as_csv
    from kg.review import review

    rows = review(
        open_graph(graph),
        kind=kind,
        outcome=outcome,
        reason=reason,
        limit=None if everything else top,
    )
    if output_format == "table":
        _print_table(rows)
    elif output_format == "json":
        cells = [{**asdict(row), "type": row.type.value} for row in rows]
        click.echo(json.dumps(cells, ensure_ascii=False, indent=2))
    else:
        columns = ("outcome", "type", "form", "name", "other", "reason", "doubt", "papers")
        found = tuple(
            (r.outcome, r.type.value, r.form, r.name, r.other, r.reason, r.doubt, r.papers)
            for r in rows
        )
        click.echo(as_csv(QueryResult("select", columns, found)), nl=False)


def _print_table(rows: list[Reviewed]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("doubt", "papers", "type", "name in papers", "", "entity", "reason"):
        table.add_column(column, justify="right" if column in ("doubt", "papers") else "left")
    for row in rows:
        merged = row.outcome == "merged"
        table.add_row(
            f"{row.doubt:.2f}",
            f"{row.papers:,}",
            row.type.value,
            row.form,
            "is" if merged else "is not",
            row.name if merged else row.other,
            row.reason,
        )
    output().print(table)


@click.command("curate")
@GRAPH
@click.argument("verb", type=click.Choice(_VERBS), required=False)
@click.argument(
    "kind",
    type=click.Choice([kind.value for kind in EntityType]),
    required=False,
    metavar="[TYPE]",
)
@click.argument("name", required=False)
@click.argument("target", required=False, default="")
@click.option("--alias", multiple=True, help="accept: a further name; may be given several times.")
@click.option(
    "--broader",
    multiple=True,
    help="accept: a broader term of the vocabulary, by any of its names.",
)
@click.option("--note", default="", help="Why, for those who read the file later.")
def curate_command(
    graph: Path,
    verb: str | None,
    kind: str | None,
    name: str | None,
    target: str,
    alias: tuple[str, ...],
    broader: tuple[str, ...],
    note: str,
) -> None:
    """Write a decision about an entity; kg update, and every later build of GRAPH, applies it.

    \b
    merge TYPE NAME TARGET    NAME is the entity TARGET
    split TYPE NAME           NAME is an entity of its own
    rename TYPE NAME TARGET   the entity is called TARGET; its IRI stays
    retype TYPE NAME TARGET   the entity is of the type TARGET
    block TYPE NAME           NAME is no entity; its mentions are left out
    accept TYPE NAME          NAME is a term of the vocabulary

    Without a verb the decisions so far are listed. They stand in GRAPH/curation/, as files to read,
    edit and share; a graph that is built anew keeps them. Papers need not be read again for them.

    \b
    Example:
      kg curate map/ merge Method "dueling network" "dueling DQN"
      kg curate map/ block Task "identify" --note "a bare verb"
      kg curate map/ accept Method "flow map matching" --broader "flow matching" --alias FMM
      kg curate map/
    """
    from kg.curation import ACCEPTED, DECISIONS, Verb, add_decision, decision
    from kg.folder_lock import locked
    from kg.graph import CURATION, open_graph

    opened = open_graph(graph)
    folder = opened.path / CURATION
    if verb is None:
        _print_decisions(folder)
        return
    if kind is None or not name:
        raise click.UsageError(f"{verb} needs a TYPE and a NAME")
    if verb == "accept":
        if target:
            raise click.UsageError("accept takes no TARGET; broader terms come with --broader")
        with locked(graph):
            entry = _accept(opened, folder, EntityType(kind), name, alias, broader, note)
        notes().print(f"{folder / ACCEPTED}: added {entry.id}; apply with kg update {graph}")
        return
    if alias or broader:
        raise click.UsageError("--alias and --broader belong to accept")
    with locked(graph):
        added = add_decision(folder, decision(Verb(verb), EntityType(kind), name, target, note))
    where = folder / DECISIONS
    notes().print(
        f"{where}: added; apply with kg update {graph}" if added else f"{where}: says so already"
    )


def _accept(
    graph: Graph,
    folder: Path,
    kind: EntityType,
    name: str,
    aliases: tuple[str, ...],
    broader: tuple[str, ...],
    note: str,
) -> Entry:
    from kg.curation import accept, accepted_entry, read_curation, with_accepted
    from kg.growth import recorded_settings
    from ontology.vocabulary.merging import vocabulary_with

    listed = vocabulary_with(recorded_settings(graph, no_model=True).vocabulary)
    entry = accepted_entry(
        kind, name, aliases, broader, note, with_accepted(listed, read_curation(folder))
    )
    accept(folder, entry, listed)
    return entry


def _print_decisions(folder: Path) -> None:
    from kg.curation import read_curation

    curation = read_curation(folder)
    if not curation.decisions and not curation.accepted:
        notes().print(f"{folder}: no decisions yet; see kg curate --help")
        return
    table = Table(box=None, pad_edge=False)
    for column in ("verb", "type", "name", "target", "note"):
        table.add_column(column)
    for one in curation.decisions:
        table.add_row(one.verb.value, one.type.value, one.name, one.target, one.note)
    for entry in curation.accepted:
        table.add_row("accept", entry.type.value, entry.name, "", entry.note)
    output().print(table)
