"""``kg show`` and ``kg lookup``: what a graph holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from kg.cli.console import output
from kg.cli.options import GRAPH, TYPE, VOCABULARY
from kg.hierarchy import StepSource
from ontology.errors import InputError
from ontology.terms import EntityType

if TYPE_CHECKING:
    from rich.console import Console

    from kg.graph import Graph
    from kg.views import EntityView, Neighbour, Overview, PaperView

COLOURS = {
    EntityType.DATASET: "green",
    EntityType.MODALITY: "magenta",
    EntityType.METHOD: "blue",
    EntityType.TASK: "yellow",
}
PAPERS_SHOWN = 8
NARROWER_SHOWN = 20


@click.command("show")
@GRAPH
@click.argument("what", required=False)
@TYPE
def show_command(graph: Path, what: str | None, kind: EntityType | None) -> None:
    """Show a graph, one of its entities or one of its papers.

    WHAT is the name of an entity in any spelling, its IRI, or the id of a paper.

    \b
    Example:
      kg show map/
      kg show map/ "flow matching"
      kg show map/ GRPO --type Method
    """
    from kg.graph import open_graph
    from kg.views import entity_view, overview, paper_view

    opened = open_graph(graph)
    console = output()
    if what is None:
        _print_overview(overview(opened), console)
        return
    if (paper := paper_view(opened, what)) is not None:
        _print_paper(paper, console)
        return
    iris = _matching_iris(opened, what, kind)
    for place, iri in enumerate(iris):
        if place:
            console.print()
        _print_entity(entity_view(opened, iri), console)


@click.command("lookup")
@click.argument("arguments", nargs=-1, metavar="[GRAPH] [NAME]")
@TYPE
@VOCABULARY
@click.option(
    "--batch",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Resolve the pairs of a tab-separated file (type_a a type_b b ...) instead of one name.",
)
def lookup_command(
    arguments: tuple[str, ...],
    kind: EntityType | None,
    vocabulary: tuple[Path, ...],
    batch: Path | None,
) -> None:
    """Say which entity a name means, as JSON: canonical name, IRI, aliases and why.

    Without GRAPH the vocabulary and the spelling decide.

    \b
    Example:
      kg lookup map/ "GRPO" --type Method
      kg lookup "chest radiographs"
      kg lookup "bench crop" --vocabulary mine.tsv
      kg lookup --batch pairs.tsv > resolved.tsv
    """
    from kg.graph import open_graph
    from kg.lookup import lookup, lookup_pairs, read_pairs
    from ontology.vocabulary.merging import vocabulary_with

    merged = vocabulary_with(vocabulary)
    if batch is not None:
        if arguments:
            raise click.UsageError("--batch takes no GRAPH and no NAME")
        for line in lookup_pairs(read_pairs(batch), merged, str(batch)):
            click.echo(line)
        return
    if len(arguments) not in {1, 2}:
        raise click.UsageError("give a NAME, or a GRAPH and a NAME")
    graph = open_graph(arguments[0]) if len(arguments) == 2 else None
    name = arguments[-1]
    found = lookup(name, vocabulary=merged, kind=kind, graph=graph)
    if not found:
        hint = _nearest(name, graph) if graph is not None else "--type reads it as one of a type"
        raise InputError(f"{name!r}: no entity of this name; {hint}")
    rows = [
        {
            "query": one.query,
            "type": one.type.value,
            "name": one.name,
            "iri": one.iri,
            "aliases": list(one.aliases),
            **({} if one.papers is None else {"papers": one.papers}),
            "why": one.why,
        }
        for one in found
    ]
    click.echo(json.dumps(rows if kind is None else rows[0], ensure_ascii=False, indent=2))


def _matching_iris(graph: Graph, what: str, kind: EntityType | None) -> list[str]:
    from kg.lookup import lookup
    from ontology.vocabulary.reader import shipped_vocabulary

    if what.startswith("urn:litkg:"):
        return [what]
    found = lookup(what, vocabulary=shipped_vocabulary(), kind=kind, graph=graph)
    if not found:
        raise InputError(
            f"{what!r}: neither an entity nor a paper of {graph.name}; {_nearest(what, graph)}"
        )
    return [one.iri for one in found]


def _nearest(name: str, graph: Graph) -> str:
    from kg.lookup import suggestions

    nearest = ", ".join(map(repr, suggestions(name, graph)))
    return f"the nearest names are {nearest}" if nearest else "the graph names no entity"


def _print_overview(view: Overview, console: Console) -> None:
    years = "" if view.years is None else f", {view.years[0]} to {view.years[1]}"
    console.print(f"{view.name}: {view.papers:,} papers{years}", style="bold")
    console.print(f"{view.links:,} links, {view.relations:,} relations, {view.mentions:,} mentions")
    for kind, ranked in view.top.items():
        console.print()
        console.print(Text(f"{kind.value}: {view.entities[kind]:,} entities", COLOURS[kind]))
        for name, papers in ranked:
            console.print(f"  {papers:>6,}  {name}")
    console.print()
    console.print("ledger" if view.ledger else "ledger: empty", style="bold")
    for part in view.ledger:
        console.print(f"  {part.rows:>6,}  {part.reason} ({part.outcome})")
        for example in part.examples:
            console.print(f"            {example}", style="dim")


def _print_entity(view: EntityView, console: Console) -> None:
    console.print(Text.assemble((view.name, f"bold {COLOURS[view.type]}"), f"  {view.type.value}"))
    console.print(view.iri, style="dim")
    if view.aliases:
        console.print(f"aliases: {', '.join(view.aliases)}")
    if view.broader:
        console.print(f"broader: {', '.join(map(_broader, view.broader))}")
    if view.narrower:
        shown = [f"{one.name} ({one.papers:,})" for one in view.narrower[:NARROWER_SHOWN]]
        more = len(view.narrower) - len(shown)
        console.print(f"narrower: {', '.join(shown)}{f' and {more:,} more' if more else ''}")
        own = sum(map(len, view.papers.values()))
        console.print(f"{_papers(own)}; with narrower terms: {_papers(view.papers_below)}")
    for role, papers in view.papers.items():
        if papers:
            console.print(f"\n{role.value} ({_papers(len(papers))})", style="bold")
            for paper, title, year in papers[:PAPERS_SHOWN]:
                console.print(f"  {year or '    '}  {title or paper}  [{paper}]")
            if len(papers) > PAPERS_SHOWN:
                console.print(f"  ... and {len(papers) - PAPERS_SHOWN:,} more")
    if view.relations:
        console.print("\nrelations", style="bold")
        for direction, relation, other, support in view.relations[: 2 * PAPERS_SHOWN]:
            stated = f"{relation} {other}" if direction == "out" else f"{other} {relation} it"
            console.print(f"  {support:>4,}  {stated}")
    if view.cooccurring:
        console.print("\nin the same papers", style="bold")
        for kind, other, shared in view.cooccurring:
            console.print(f"  {shared:>4,}  {other} ({kind})")
    if view.evidence:
        console.print("\nevidence", style="bold")
        for sentence in view.evidence:
            marked = Text(f"  [{sentence.paper}] ")
            marked.append(_marked(sentence.text, [(*span, view.type) for span in sentence.spans]))
            console.print(marked)


def _broader(term: Neighbour) -> str:
    """Name a broader term; where the vocabulary does not list it, also who says so."""
    if term.source is StepSource.STATED:
        return f"{term.name} (stated by {_papers(term.stated)})"
    return f"{term.name} (by its name)" if term.source is StepSource.HEAD else term.name


def _papers(count: int) -> str:
    return f"{count:,} {'paper' if count == 1 else 'papers'}"


def _print_paper(view: PaperView, console: Console) -> None:
    place = ", ".join(part for part in (view.venue, str(view.year or "")) if part)
    console.print(f"[{view.id}]{' ' + place if place else ''}", style="dim")
    if view.authors:
        console.print("; ".join(view.authors), style="dim")
    for field, text, style in (("title", view.title, "bold"), ("abstract", view.abstract, "")):
        spans = [(one.start, one.end, one.type) for one in view.mentions if one.field == field]
        marked = _marked(text, spans)
        marked.stylize(style)
        console.print(marked)
        console.print()
    table = Table(box=None, pad_edge=False)
    for column in ("role", "type", "entity", "confidence"):
        table.add_column(column)
    for role, kind, name, confidence in view.links:
        table.add_row(role.value, Text(kind.value, COLOURS[kind]), name, f"{confidence:.2f}")
    console.print(table)
    for head, relation, tail in view.relations:
        console.print(f"{head} {relation} {tail}")
    console.print(f"read from {', '.join(view.origins)}", style="dim")


def _marked(text: str, spans: list[tuple[int, int, EntityType]]) -> Text:
    """Mark spans by colour and brackets, so that they show without a terminal too."""
    marked = Text()
    done = 0
    for start, end, kind in sorted(spans, key=lambda span: (span[0], span[1])):
        if start < done:
            continue
        marked.append(text[done:start])
        marked.append(f"[{text[start:end]}]", COLOURS[kind])
        done = end
    marked.append(text[done:])
    return marked
