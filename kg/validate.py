"""Check a graph folder: rows against each other by SQL, resources against the SHACL shapes.

The SQL checks (``kg.checks``) see every row. SHACL runs over slices of papers and entities with all
that their shapes need, because pyshacl holds its data in memory; a graph of more than
``SHACL_PAPERS`` papers is sampled at even distances unless it is asked for in full, and the report
says so; of each entity it sees a few counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice

import duckdb
import pyarrow as pa
import pyshacl
import rdflib
from rdflib import RDF, SH

from exports.triples import IRI, STRING, resources
from kg.checks import COUNTS, OFFSETS, REFERENCES, TERMS, breaches, tables_of
from kg.graph import Graph
from kg.printable import printable
from ontology.errors import GraphError
from ontology.identifiers import PREFIXES
from ontology.tables import SCHEMAS, MemoryTables

SHACL_PAPERS = 300
"""Papers, and as many entities, that SHACL checks at most unless asked for all."""

SLICE = 100
"""Papers, and as many entities, of one slice: bounds the memory of pyshacl."""

COUNTS_SHOWN = 5
"""Year counts and co-occurrences of each entity that SHACL sees; SQL checks all."""

SHOWN = 20
"""Problems described for each rule; all are counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that was checked: how often it is broken, and the first breaches in words."""

    rule: str
    broken: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked and what is wrong.

    ``papers``, ``entities``, ``links``, ``mentions`` and ``statements`` count rows, all of them
    checked by SQL; ``shacl_papers`` and ``shacl_entities`` how many of them SHACL saw.
    """

    papers: int
    entities: int
    links: int
    mentions: int
    statements: int
    shacl_papers: int
    shacl_entities: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether no rule is broken."""
        return not self.problems

    @property
    def problems(self) -> tuple[Finding, ...]:
        """The rules that are broken."""
        return tuple(finding for finding in self.findings if finding.broken)

    def render(self) -> str:
        """Write the report for the terminal: what was checked, then each broken rule."""
        lines = [
            (
                f"checked every row: {self.papers:,} papers, {self.entities:,} entities,"
                f" {self.links:,} links, {self.mentions:,} mentions, {self.statements:,} statements"
            ),
            f"checked by SHACL: {self._seen()}",
        ]
        for finding in self.problems:
            lines.append(f"\nbroken: {finding.rule} ({finding.broken:,} times)")
            lines += [f"  {printable(example)}" for example in finding.examples]
            if finding.broken > len(finding.examples):
                lines.append(f"  and {finding.broken - len(finding.examples):,} more")
        broken = len(self.problems)
        lines.append(
            f"{broken} of {len(self.findings)} rules broken"
            if broken
            else f"all {len(self.findings)} rules hold"
        )
        return "\n".join(lines) + "\n"

    def _seen(self) -> str:
        seen = f"{self.shacl_papers:,} papers and {self.shacl_entities:,} entities"
        if (self.shacl_papers, self.shacl_entities) == (self.papers, self.entities):
            return f"{seen}, that is all"
        return f"a sample of {seen} at even distances; ask for a full check to see all"


def validate(graph: Graph, *, full: bool = False) -> Report:
    """Check a graph folder; ``full`` lets SHACL see every paper and entity (minutes to hours).

    Raises :class:`~ontology.errors.GraphError` where a table cannot be read.
    """
    with tables_of(graph.path) as connection:
        counts = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]  # noqa: S608  our tables
            for table in ("papers", "entities", "links", "mentions", "relations")
        }
        findings = [
            Finding(check.name, count, tuple(examples))
            for check in (*REFERENCES, *TERMS, *OFFSETS, *COUNTS)
            for count, examples in (breaches(connection, check, SHOWN),)
        ]
        papers = _chosen(connection, "papers", "id", counts["papers"], full=full)
        entities = _chosen(connection, "entities", "iri", counts["entities"], full=full)
        findings += _shacl(connection, papers, entities)
    return Report(
        papers=counts["papers"],
        entities=counts["entities"],
        links=counts["links"],
        mentions=counts["mentions"],
        statements=counts["relations"],
        shacl_papers=len(papers),
        shacl_entities=len(entities),
        findings=tuple(findings),
    )


def _chosen(
    connection: duckdb.DuckDBPyConnection, table: str, key: str, count: int, *, full: bool
) -> list[str]:
    step = 1 if full else max(1, -(-count // SHACL_PAPERS))
    sql = f"SELECT {key} FROM {table} WHERE file_row_number % ? = 0 ORDER BY file_row_number"  # noqa: S608  our tables
    return [found for (found,) in connection.execute(sql, [step]).fetchall()]


def _shacl(
    connection: duckdb.DuckDBPyConnection, papers: Sequence[str], entities: Sequence[str]
) -> list[Finding]:
    """Run the shapes over slices; each broken constraint is a finding of its own."""
    shapes = _shapes()
    broken: dict[str, dict[str, None]] = {}
    count = -(-max(len(papers), len(entities)) // SLICE)
    for number in range(count):
        piece = slice(number * SLICE, (number + 1) * SLICE)
        try:
            data = _rdf(_cut(connection, papers[piece], entities[piece]))
        except GraphError as error:
            broken.setdefault("can be written as RDF", {})[str(error)] = None
            continue
        for rule, example in _violations(data, shapes):
            broken.setdefault(rule, {})[example] = None
    findings = [
        Finding(f"SHACL: {rule}", len(examples), tuple(islice(sorted(examples), SHOWN)))
        for rule, examples in sorted(broken.items())
    ]
    return findings or [Finding("SHACL shapes", 0)]


def _shapes() -> rdflib.Graph:
    """Read the shapes and give each property shape the targets of its node shape.

    That means the same, but pyshacl then checks all focus nodes of a property at once: three times
    as fast.
    """
    shapes = rdflib.Graph().parse(
        data=(files("ontology") / "shapes.ttl").read_text(encoding="utf-8"), format="turtle"
    )
    for shape, part in list(shapes.subject_objects(SH.property)):
        for kind in (SH.targetClass, SH.targetSubjectsOf):
            for target in shapes.objects(shape, kind):
                shapes.add((part, kind, target))
        shapes.add((part, RDF.type, SH.PropertyShape))
        shapes.remove((shape, SH.property, part))
    return shapes


def _cut(
    connection: duckdb.DuckDBPyConnection, papers: Sequence[str], entities: Sequence[str]
) -> MemoryTables:
    """Cut out the papers and entities with all rows that their shapes look at."""
    connection.register("wanted_papers", pa.table({"key": pa.array(papers, pa.string())}))
    connection.register("wanted_entities", pa.table({"key": pa.array(entities, pa.string())}))
    wanted = "IN (SELECT key FROM wanted_{})"
    conditions = {
        "papers": f"id {wanted.format('papers')}",
        "links": f"paper {wanted.format('papers')}",
        "mentions": f"paper {wanted.format('papers')}",
        "relations": f"paper {wanted.format('papers')}",
        "aliases": f"entity {wanted.format('entities')}",
        "broader": f"narrower {wanted.format('entities')}",
        "entity_years": f"entity {wanted.format('entities')} {_first('entity', 'year, role')}",
        "cooccurrence": f"a {wanted.format('entities')} {_first('a', 'b')}",
    }
    tables = {
        table: _read(connection, table, f"WHERE {condition}")
        for table, condition in conditions.items()
    }
    near = [*entities]
    for table, columns in (
        ("links", ["entity"]), ("relations", ["head", "tail"]), ("broader", ["broader"]),
        ("cooccurrence", ["b"]),
    ):  # fmt: skip
        for column in columns:
            near += tables[table].column(column).unique().to_pylist()
    connection.register(
        "wanted_entities", pa.table({"key": pa.array(sorted(set(near)), pa.string())})
    )
    tables["entities"] = _read(connection, "entities", f"WHERE iri {wanted.format('entities')}")
    return MemoryTables("slice", tables)


def _first(key: str, order: str) -> str:
    return f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {order}) <= {COUNTS_SHOWN}"


def _read(connection: duckdb.DuckDBPyConnection, table: str, where: str) -> pa.Table:
    columns = ", ".join(f'"{column}"' for column in SCHEMAS[table].names)
    found = connection.sql(f"SELECT {columns} FROM {table} {where}")  # noqa: S608  our tables
    return found.to_arrow_table().cast(SCHEMAS[table])


def _rdf(cut: MemoryTables) -> rdflib.Graph:
    data = rdflib.Graph()
    for resource in resources(cut, "full"):
        subject = rdflib.URIRef(resource.iri)
        for name, kind, value in resource.properties:
            data.add((subject, rdflib.URIRef(name), _term(kind, value)))
    return data


def _term(kind: str, value: str) -> rdflib.URIRef | rdflib.Literal:
    if kind == IRI:
        return rdflib.URIRef(value)
    if kind[0] == "@":
        return rdflib.Literal(value, lang=kind[1:])
    if kind == STRING:  # rdflib keeps "a" and "a"^^xsd:string apart; its parsers give the former.
        return rdflib.Literal(value)
    return rdflib.Literal(value, datatype=rdflib.URIRef(kind))


def _violations(data: rdflib.Graph, shapes: rdflib.Graph) -> Iterator[tuple[str, str]]:
    """Give the rule and the description of each violation that pyshacl reports."""
    conforms, results, _ = pyshacl.validate(data, shacl_graph=shapes)
    if conforms:
        return
    for result in results.subjects(RDF.type, SH.ValidationResult):
        focus, value, path, kind, shape = (
            results.value(result, predicate)
            for predicate in (
                SH.focusNode,
                SH.value,
                SH.resultPath,
                SH.sourceConstraintComponent,
                SH.sourceShape,
            )
        )
        reason = shapes.value(shape, SH.message) or _short(kind).removesuffix("ConstraintComponent")
        rule = f"{_short(path)}: {reason}" if path else f"{reason}"
        yield rule, f"{_short(focus)}" + (f" has {_short(value)}" if value is not None else "")


def _short(node: rdflib.term.Node | None) -> str:
    for prefix, namespace in {**PREFIXES, "sh": str(SH)}.items():
        if isinstance(node, rdflib.URIRef) and node.startswith(namespace):
            return f"{prefix}:{node[len(namespace) :]}"
    return str(node)
