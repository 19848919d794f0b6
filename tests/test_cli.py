"""The commands as a user types them: what they print, where, and how they end."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from unicodedata import category

import click
import duckdb
import pytest
from click.testing import CliRunner
from graphs import P, folder_of, graph_of, hostile_graph, rows_of
from helpers import ROOT

from kg import open_graph
from kg.cli.main import main

EXAMPLES = str(ROOT / "examples")


def run(*arguments, stdin=None):
    return CliRunner().invoke(main, [str(one) for one in arguments], input=stdin)


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_help_has_an_example(command):
    """``--help`` ends with something to paste."""
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"Example:\n    kg {command} " in result.output.replace("\n  ", "\n  ", 1)


def test_help_needs_no_heavy_module():
    """The command line answers at once; what reads, computes and draws is loaded by its command."""
    code = "import sys, kg.cli.main; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"duckdb", "networkx", "numpy", "onnxruntime", "pyarrow", "pyvis", "rdflib", "spacy"}
    assert heavy & set(done.stdout.split()) == set()


def test_build_prints_a_summary_and_what_comes_next(tmp_path):
    """Results go to standard output, progress and advice to standard error."""
    result = run("build", EXAMPLES, "-o", tmp_path / "map", "--workers", 1)
    assert result.exit_code == 0
    assert "Method" in result.stdout
    assert "ledger: " in result.stdout
    assert f"kg show {tmp_path / 'map'}" in result.stderr.replace("\n", "")
    assert "annotate: " in result.stderr


def test_quiet_build_prints_nothing(tmp_path):
    """``-q`` is for scripts."""
    result = run("build", EXAMPLES, "-o", tmp_path / "map", "--workers", 1, "-q")
    assert (result.exit_code, result.output) == (0, "")


def test_show_a_graph(example_graph):
    """Counts, top entities of each type and the ledger."""
    result = run("show", example_graph.path)
    assert result.exit_code == 0
    for part in ("Dataset: ", "Modality: ", "Method: ", "Task: ", "ledger"):
        assert part in result.stdout


def test_show_an_entity(example_graph):
    """Its aliases, papers by role, neighbours and evidence sentences with the mention marked."""
    result = run("show", example_graph.path, "Flow-Matching")
    assert result.exit_code == 0
    assert result.stdout.startswith("flow matching  Method\nurn:litkg:method:flowmatching\n")
    for part in ("aliases: ", "introduces (1 paper)", "evidence"):
        assert part in result.stdout
    assert "[flow matching]" in result.stdout.lower()


def test_show_a_paper(example_graph):
    """Its text with mentions in brackets, and its links."""
    paper = example_graph.database.execute("SELECT min(paper) FROM links").fetchall()[0][0]
    result = run("show", example_graph.path, paper)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"[{paper}]")
    assert "read from " in result.stdout


def test_show_something_unknown(example_graph):
    """One error line with the nearest names."""
    result = run("show", example_graph.path, "flow machting")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: 'flow machting': neither an entity nor a paper")
    assert "'flow matching'" in result.stderr
    assert result.stderr.count("\n") == 1


def test_no_text_steers_the_terminal(tmp_path):
    """Names, ids of papers, file names and errors are printed without their control characters."""
    folder = folder_of(hostile_graph(), tmp_path / "map")
    graph = open_graph(folder)
    asked = ["", *(row["name"] for row in rows_of(hostile_graph(), "entities"))]
    asked += [row["id"] for row in rows_of(hostile_graph(), "papers")]
    shown = "".join(run("show", folder, *([one] if one else [])).output for one in asked)
    assert graph.name in shown
    shown += run("show", folder, "\x1b[2J").stderr
    assert {"\n"} == {c for c in shown if category(c) in ("Cc", "Cf", "Zl", "Zp")}


def test_nothing_is_near_in_a_graph_without_entities(tmp_path):
    """The error does not end in the middle of a sentence."""
    folder = folder_of(graph_of("bare", [], [P("p1", "A note", "")]), tmp_path / "map")
    for command in ("show", "lookup"):
        result = run(command, folder, "flow matching")
        assert result.exit_code == 1
        assert result.stderr.endswith("; the graph names no entity\n")


def test_lookup_in_a_graph(example_graph):
    """JSON with canonical name, IRI, aliases and why."""
    result = run("lookup", example_graph.path, "flow-matching", "--type", "Method")
    found = json.loads(result.stdout)
    assert (found["name"], found["iri"]) == ("flow matching", "urn:litkg:method:flowmatching")
    assert found["papers"] >= 1
    assert found["why"]


def test_extract_and_evaluate_against_itself(tmp_path):
    """Annotations scored against themselves are perfect."""
    target = tmp_path / "annotations.jsonl"
    result = run("extract", EXAMPLES, "-o", target, "--workers", 1)
    assert result.exit_code == 0
    assert "1 malformed (dropped)" in result.stderr
    record = json.loads(target.read_text(encoding="utf-8").splitlines()[0])
    assert set(record) >= {"id", "title", "abstract", "entities", "relations"}
    scored = run("evaluate", target, target, "--json")
    assert scored.exit_code == 0
    assert json.loads(scored.stdout)


def test_extract_to_standard_output():
    """``-o`` left out writes records to standard output, nothing else."""
    line = '{"id": "a", "title": "Flow matching for images", "abstract": "We use flow matching."}'
    result = run("extract", "-", "-q", "--workers", 1, stdin=line)
    assert result.exit_code == 0
    (record,) = map(json.loads, result.stdout.splitlines())
    assert record["id"] == "a"
    assert "flow matching" in {entity["name"] for entity in record["entities"]}


def test_what_is_not_sure_enough_is_counted_at_the_end(tmp_path):
    """Build and extract leave out the same entities, and both say how many."""
    sources = (str(ROOT / "examples" / "reviews.jsonl"), "--workers", 1, "--min-confidence", 0.6)
    built = run("build", *sources, "-o", tmp_path / "map")
    extracted = run("extract", *sources, "-o", tmp_path / "annotations.jsonl")
    (number,) = re.findall(r"(\d+) below-min-confidence \(dropped\)", built.stdout)
    assert f"ledger: {number} below-min-confidence (dropped)\n" in extracted.stderr


@pytest.mark.parametrize("value", ["1.5", "-1", "many"])
def test_a_least_confidence_is_a_share(value, tmp_path):
    """Anything but 0 to 1 is a usage error."""
    result = run("build", EXAMPLES, "-o", tmp_path / "map", "--min-confidence", value)
    assert result.exit_code == 2
    assert "--min-confidence" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("build", EXAMPLES, "-o", "map", "--min-confidence", "nan"),
            "Error: minimum confidence: ",
        ),
        (("show", "nowhere"), "Error: nowhere: no such folder; make a graph with: kg build"),
        (("build", "nowhere.bib", "-o", "map"), "Error: nowhere.bib: "),
        (("build", EXAMPLES, "-o", "/proc/map", "-q"), "Error: /proc/map: cannot be written; "),
        (("query", "nowhere", "--sparql", "ASK {}"), "Error: nowhere: "),
    ],
)
def test_errors_are_one_line(arguments, message, tmp_path, monkeypatch):
    """What the caller can mend ends in status 1 and one ``Error:`` line."""
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith(message)
    assert result.stderr.count("\n") == 1


def test_query_a_graph(example_graph):
    """SPARQL without PREFIX lines; CSV for other programs."""
    query = "SELECT ?name { ?m a litkg:Method ; skos:prefLabel ?name } ORDER BY ?name"
    result = run("query", example_graph.path, "--sparql", query, "--format", "csv")
    assert result.exit_code == 0
    header, *rows = csv.reader(io.StringIO(result.stdout))
    assert header == ["name"]
    assert ["flow matching"] in rows


def test_query_from_standard_input(example_graph):
    """``-`` reads the query from standard input."""
    result = run(
        "query", example_graph.path, "--sparql", "-", "--format", "json",
        stdin="ASK { ?paper litkg:introduces ?entity }",
    )  # fmt: skip
    assert result.exit_code == 0
    assert "true" in result.stdout


def test_validate_a_graph(example_graph):
    """A built graph is valid."""
    result = run("validate", example_graph.path)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("name", ["ntriples", "jsonld", "html", "gexf"])
def test_export_one_file(example_graph, tmp_path, name):
    """Formats of one file are written whole and not over another file."""
    target = tmp_path / "out"
    assert run("export", example_graph.path, "--format", name, "-o", target).exit_code == 0
    assert target.stat().st_size > 1_000
    again = run("export", example_graph.path, "--format", name, "-o", target)
    assert again.exit_code == 1
    assert "--force" in again.stderr
    forced = run("export", example_graph.path, "--format", name, "-o", target, "--force")
    assert forced.exit_code == 0


def test_export_an_import_folder(example_graph, tmp_path):
    """The Neo4j folder holds a script and what it names."""
    target = tmp_path / "import"
    result = run("export", example_graph.path, "--format", "neo4j", "-o", target)
    assert result.exit_code == 0
    assert (target / "import.sh").is_file()


def test_export_options_belong_to_formats(example_graph, tmp_path):
    """An option that a format does not take is a usage error."""
    result = run(
        "export", example_graph.path, "--format", "turtle", "--max-nodes", 5,
        "-o", tmp_path / "map.ttl",
    )  # fmt: skip
    assert result.exit_code == 2
    assert "--max-nodes says nothing to turtle" in result.stderr


@pytest.mark.parametrize(
    ("filters", "lines"),
    [
        (("--types", "task, Method", "--top", 9), {"Method", "Task"}),
        (("--types", "Modality", "--years", "2020.."), {"Modality"}),
        (("--around", "U-Net", "--top", 1, "--years", "..2016"), {"Method"}),
        (("--years", "1900", "--min-support", 2), set()),
    ],
)
def test_filters_say_which_part_to_export(example_graph, filters, lines):
    """Every filter reaches the writer."""
    result = run(
        "export", example_graph.path, "--format", "ntriples", "--evidence", "none", *filters,
        "-o", "-",
    )  # fmt: skip
    assert result.exit_code == 0
    assert lines == set(re.findall("urn:litkg:ns:(Dataset|Modality|Method|Task)>", result.stdout))


def test_a_page_of_more_entities_than_it_can_draw_is_bounded(example_graph, tmp_path, monkeypatch):
    """``--top`` says what it counts, not how much the browser has to draw."""
    asked = []
    monkeypatch.setattr(
        "exports.html.write", lambda _graph, _path, **options: asked.append(options)
    )
    target = tmp_path / "map.html"
    for top in ("300", "50000"):
        arguments = ("export", example_graph.path, "--format", "html", "--top", top, "-o", target)
        assert run(*arguments).exit_code == 0
    assert asked == [{"max_nodes": 300}, {"max_nodes": 10_000}]


def test_text_can_be_left_out(example_graph):
    """``--no-text`` keeps every sentence of an abstract out of the file; titles stay."""
    abstracts, titles = example_graph.database.execute(
        "SELECT list(abstract), list(title) FROM papers WHERE length(abstract) > 80"
    ).fetchall()[0]
    result = run("export", example_graph.path, "--format", "ntriples", "--no-text", "-o", "-")
    assert result.exit_code == 0
    assert [] == [text for text in abstracts if text[10:70] in result.stdout]
    assert any(title in result.stdout for title in titles)


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        (("--types", "Methods"), "'methods' is no entity type; one of Dataset, Modality, "),
        (("--years", "2020-2021"), "'2020-2021' is no period; write 2015..2020, 2015.., "),
        (("--years", ".."), "'..' is no period"),
        (("--top", 0), "--top"),
    ],
)
def test_filters_that_cannot_be_read_are_usage_errors(example_graph, filters, message, tmp_path):
    """The message names what may be written."""
    result = run(
        "export", example_graph.path, "--format", "html", *filters, "-o", tmp_path / "map.html"
    )
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_folder_has_no_place_in_standard_output(example_graph):
    """``-o -`` is for formats of one file."""
    result = run("export", example_graph.path, "--format", "csv", "-o", "-")
    assert result.exit_code == 2
    assert "csv is a folder; name one with -o" in result.stderr


def test_pyvis_needs_a_middle(example_graph, tmp_path):
    """``--format pyvis`` asks for ``--around``."""
    result = run("export", example_graph.path, "--format", "pyvis", "-o", tmp_path / "near.html")
    assert result.exit_code == 2
    assert "pyvis needs --around" in result.stderr


@pytest.mark.parametrize("language", ["sparql", "cypher"])
def test_query_asks_a_recipe(example_graph, language):
    """A recipe has the same answer in both languages; names come in any spelling."""
    result = run(
        "query", example_graph.path, "--recipe", "adoption", "--language", language,
        "--param", "entity=unet", "--format", "json",
    )  # fmt: skip
    assert result.exit_code == 0
    rows = json.loads(result.stdout)
    assert [{"year", "role", "papers"}] * len(rows) == [set(row) for row in rows]
    assert {"year": 2015, "role": "introduces", "papers": 1} in rows


def test_query_in_cypher(example_graph):
    """Parameters are read as JSON where they are, doubts about the query are notes."""
    result = run(
        "query", example_graph.path, "--cypher", "MATCH (m:Metod) RETURN $n + 1 AS n",
        "--param", "n=2",
    )  # fmt: skip
    assert result.exit_code == 0
    assert "note: MATCH references unknown node label 'Metod'" in result.stderr
    result = run("query", example_graph.path, "--cypher", "RETURN $n + 1 AS n", "--param", "n=2")
    assert "n\n─\n3\n1 row\n" == result.stdout


def test_query_binds_parameters_in_sparql(example_graph):
    """``$name`` is the value, whatever it holds."""
    result = run(
        "query", example_graph.path, "--sparql", "SELECT ($text AS ?x) {}", "--format", "json",
        "--param", 'text=a"b\\',
    )  # fmt: skip
    assert [{"x": 'a"b\\'}] == json.loads(result.stdout)


def test_query_lists_and_shows_recipes():
    """Without a graph: names, questions and parameters; and both texts of one."""
    listed = json.loads(run("query", "--list", "--format", "json").stdout)
    aliases = next(recipe for recipe in listed if recipe["name"] == "aliases")
    assert "By which other names is an entity known?" == aliases["question"]
    assert [{
        "name": "entity", "kind": "entity", "default": "MRI", "meaning": "The entity.",
    }] == aliases["parameters"]  # fmt: skip
    assert "aliases" in run("query", "--list").stdout
    shown = run("query", "--recipe", "aliases", "--show").stdout
    assert "$entity: name of an entity, MRI by default. The entity." in shown
    assert shown.index("SELECT DISTINCT ?name ?alias") < shown.index("MATCH (e:Entity")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give one of --sparql, --cypher, --recipe, --list"),
        (("--list", "--recipe", "aliases"), "give one of --sparql, --cypher, --recipe, --list"),
        (("--sparql", "ASK {}", "--show"), "--show belongs to --recipe"),
        (("--list", "--language", "cypher"), "--language belongs to --recipe"),
        (("--recipe", "aliases"), "name the graph folder to ask"),
    ],
)
def test_query_knows_what_is_asked(arguments, message):
    """One question at a time, and a graph to ask."""
    result = run("query", *arguments)
    assert (2, True) == (result.exit_code, message in result.output)


def test_ctrl_c_while_the_database_answers_prints_no_traceback(monkeypatch):
    """DuckDB makes an error of its own of the signal."""

    @click.command("count")
    def count():
        threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT]).start()
        while True:
            duckdb.execute("SELECT range % 9, count(*) FROM range(50_000_000) GROUP BY ALL")

    monkeypatch.setitem(main.commands, "count", count)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        result = run("count")
    finally:
        signal.signal(signal.SIGINT, before)
    assert (130, "interrupted\n") == (result.exit_code, result.output)


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "map", "caf\udce9"),
        ("query", "map", "ASK { ?caf\udce9 a ?b }"),
        ("build", EXAMPLES, "-o", "map\udce9"),
        ("build", EXAMPLES, "-o", "map", "--name=caf\udce9"),
    ],
)
def test_an_argument_that_is_not_utf_8_is_refused(arguments):
    """Nothing could store or look for it."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert "\ufffd" in result.output.splitlines()[-1]
    assert "is not UTF-8" in result.output.splitlines()[-1]
