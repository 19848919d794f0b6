"""Time every recipe of the cookbook in both languages on a graph folder.

    python benchmarks/query_speed.py map/
    python benchmarks/query_speed.py map/ --busiest

Seconds are those of the whole answer: names looked up, a process started, the store opened, the rows
brought back. Beside them stands the processor time of that process, which other work on the machine
does not lengthen much. Parameters have their defaults, or, where the graph does not know a default or
with ``--busiest``, what most papers name: the largest answers that the graph has.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from pathlib import Path
from statistics import median

from kg.cypher_store import open_store as open_cypher
from kg.graph import Graph, open_graph
from kg.recipes import LANGUAGES, Language, Recipe, answer, recipes, values_of
from kg.sparql import open_store as open_sparql
from ontology.errors import QueryError
from ontology.terms import EntityType

_BUSIEST = {
    "entity": "SELECT iri FROM entities ORDER BY papers DESC, iri LIMIT 2",
    "paper": "SELECT paper FROM links GROUP BY paper ORDER BY count(*) DESC, paper LIMIT 1",
    "venue": "SELECT venue FROM papers GROUP BY venue ORDER BY count(*) DESC, venue LIMIT 1",
    "person": "SELECT a FROM (SELECT unnest(authors) AS a FROM papers)"
    " GROUP BY a ORDER BY count(*) DESC, a LIMIT 1",
} | {
    kind.value: f"SELECT iri FROM entities WHERE type = '{kind.value}' ORDER BY papers DESC, iri LIMIT 2"
    for kind in EntityType
}


def parameters_of(graph: Graph, recipe: Recipe, *, busiest: bool) -> dict[str, str]:
    """Values that the graph knows for the parameters of a recipe; defaults are left out."""
    seen: Counter[str] = Counter()
    found = {}
    for parameter in recipe.parameters:
        if parameter.kind in _BUSIEST and (busiest or not _known(graph, recipe, parameter.name)):
            rows = graph.database.execute(_BUSIEST[parameter.kind]).fetchall()
            found[parameter.name] = rows[seen[parameter.kind]][0]
            seen[parameter.kind] += 1
    return found


def _known(graph: Graph, recipe: Recipe, name: str) -> bool:
    try:
        values_of(graph.path, recipe, {})
    except QueryError as error:
        return f'parameter "{name}"' not in str(error)
    return True


def timed(
    graph: Graph, recipe: Recipe, parameters: dict[str, str], language: Language
) -> tuple[float, float, int]:
    """Answer once; seconds, seconds of processor time of the process behind, rows."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    found = answer(graph.path, recipe, language=language, parameters=parameters, timeout=600)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cpu, len(found.rows)


def main(folder: Path, *, busiest: bool) -> None:
    """Make the stores, time every recipe, print a table."""
    graph = open_graph(folder)
    for language, make in (("sparql", open_sparql), ("cypher", open_cypher)):
        started, cpu = time.perf_counter(), time.process_time()
        make(graph)
        print(
            f"{language} store: {time.perf_counter() - started:.1f} s,"
            f" {time.process_time() - cpu:.1f} s of processor time"
        )
    print(f"\n{'recipe':34}" + "".join(f"{one:>9} {'cpu':>6} {'rows':>6}" for one in LANGUAGES))
    times: dict[str, list[tuple[float, float]]] = {one: [] for one in LANGUAGES}
    for recipe in recipes().values():
        parameters = parameters_of(graph, recipe, busiest=busiest)
        line = f"{recipe.name:34}"
        for language in LANGUAGES:
            seconds, cpu, rows = timed(graph, recipe, parameters, language)
            times[language].append((seconds, cpu))
            line += f"{seconds:9.2f} {cpu:6.2f} {rows:6}"
        print(line, flush=True)
    for name, summary in (("median", median), ("longest", max)):
        line = f"{name:34}"
        for language in LANGUAGES:
            seconds, cpu = zip(*times[language], strict=True)
            line += f"{summary(seconds):9.2f} {summary(cpu):6.2f} {'':6}"
        print(line)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("graph", type=Path)
    parser.add_argument("--busiest", action="store_true")
    arguments = parser.parse_args()
    main(arguments.graph, busiest=arguments.busiest)
