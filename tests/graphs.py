"""Two graphs made by hand for the tests of everything that reads a graph.

``small_graph`` is a corpus that a reader takes in at a glance: every entity type, role and
relation type, aliases in three languages, broader terms, a paper without year, one without
abstract, one without links, an entity without papers. ``hostile_graph`` carries in every text
column what has broken exporters before. Offsets, counts and aggregates are computed from the
texts, so that both graphs are consistent in themselves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pyarrow as pa

from kg.graph import FORMAT, finish, write_table
from ontology.identifiers import entity_iri, paper_iri
from ontology.tables import SCHEMAS, MemoryTables
from ontology.terms import EntityType, RelationType, Role


@dataclass(frozen=True, slots=True)
class E:
    """An entity; each alias is (alias, language), ``source`` is that of the broader term."""

    type: EntityType
    name: str
    aliases: tuple[tuple[str, str], ...] = ()
    broader: str = ""
    iri: str = ""
    source: str = "vocabulary"

    def address(self) -> str:
        return self.iri or entity_iri(self.type, self.name)


@dataclass(frozen=True, slots=True)
class P:
    """A paper; a link is (entity name, role, surface forms), a relation (head, relation, tail)."""

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    venue: str = ""
    year: int | None = None
    keywords: tuple[str, ...] = ()
    doi: str = ""
    arxiv: str = ""
    pmid: str = ""
    url: str = ""
    links: tuple[tuple[str, Role, tuple[str, ...]], ...] = ()
    relations: tuple[tuple[str, RelationType, str], ...] = ()


D, M, T = EntityType.DATASET, EntityType.METHOD, EntityType.TASK
SIGNAL = EntityType.MODALITY

SMALL_ENTITIES = (
    E(M, "U-Net", (("UNet", "en"), ("Unet", "")), "convolutional neural network", source="stated"),
    E(M, "convolutional neural network", (("CNN", "en"), ("卷积神经网络", "zh"))),
    E(M, "TinySeg", (), "U-Net"),
    E(M, "skip connection"),
    E(T, "image segmentation", (("segmentation", "en"), ("图像分割", "zh"), ("Bildsegmentierung", "de"))),
    E(T, "cell counting"),
    E(T, "survival analysis", (("生存分析", "zh"),)),
    E(D, "CellPix"),
    E(D, "MiniPix", (), "CellPix"),
    E(SIGNAL, "microscopy image", (("micrograph", "en"),), "image", source="head"),
    E(SIGNAL, "image"),
)  # fmt: skip

SMALL_PAPERS = (
    P(
        "p1",
        "U-Net for image segmentation",
        "We introduce U-Net, a convolutional neural network with skip connections. "
        "U-Net is trained on CellPix and solves segmentation of micrographs.",
        ("Ada Lind", "Bo Chen"), "Journal of Cells", 2015, ("cells",),
        doi="10.0000/example-1", arxiv="0000.00001", pmid="1", url="https://example.org/p1",
        links=(
            ("U-Net", Role.INTRODUCES, ("U-Net",)),
            ("convolutional neural network", Role.MENTIONS, ("convolutional neural network",)),
            ("skip connection", Role.USES, ("skip connections",)),
            ("image segmentation", Role.USES, ("image segmentation", "segmentation")),
            ("CellPix", Role.USES, ("CellPix",)),
            ("microscopy image", Role.USES, ("micrographs",)),
        ),
        relations=(
            ("U-Net", RelationType.IS_A, "convolutional neural network"),
            ("skip connection", RelationType.PART_OF, "U-Net"),
            ("U-Net", RelationType.TRAINED_ON, "CellPix"),
            ("U-Net", RelationType.USED_FOR, "image segmentation"),
            ("U-Net", RelationType.APPLIED_TO, "microscopy image"),
        ),
    ),
    P(
        "p2",
        "TinySeg: counting cells with few weights",
        "TinySeg is smaller than U-Net. We evaluate TinySeg on MiniPix, a part of CellPix, "
        "and also report cell counting. TinySeg does segmentation as well as U-Net.",
        ("Bo Chen",), "Journal of Cells", 2021, ("cells", "small models"),
        links=(
            ("TinySeg", Role.INTRODUCES, ("TinySeg",)),
            ("U-Net", Role.COMPARES, ("U-Net",)),
            ("MiniPix", Role.USES, ("MiniPix",)),
            ("CellPix", Role.MENTIONS, ("CellPix",)),
            ("cell counting", Role.USES, ("cell counting",)),
            ("image segmentation", Role.USES, ("segmentation",)),
        ),
        relations=(
            ("TinySeg", RelationType.COMPARED_WITH, "U-Net"),
            ("TinySeg", RelationType.EVALUATED_ON, "MiniPix"),
            ("MiniPix", RelationType.PART_OF, "CellPix"),
            ("TinySeg", RelationType.USED_FOR, "cell counting"),
            ("U-Net", RelationType.USED_FOR, "image segmentation"),
        ),
    ),
    P(
        "p3",
        "CellPix, ten thousand micrographs for cell counting",
        "CellPix is a benchmark for cell counting in micrographs.",
        ("Zoë Ålund",), "Data of Life", None, url="not an address",
        links=(
            ("CellPix", Role.INTRODUCES, ("CellPix",)),
            ("cell counting", Role.USES, ("cell counting",)),
            ("microscopy image", Role.USES, ("micrographs",)),
        ),
        relations=(
            ("CellPix", RelationType.BENCHMARK_FOR, "cell counting"),
            ("CellPix", RelationType.HAS_MODALITY, "microscopy image"),
        ),
    ),
    P("p4", "用于图像分割的卷积神经网络", "", ("李 明",), "", 2022,
      links=(
          ("image segmentation", Role.USES, ("图像分割",)),
          ("convolutional neural network", Role.USES, ("卷积神经网络",)),
      )),
    P("p5", "A note about nothing in particular", "It names no method at all.", year=2022),
)  # fmt: skip

NASTY = (
    'a "quoted" \\ back\\nslash',
    "line\nfeed\r\nand\ttab",
    "</script><script>alert(1)</script><!--",
    "semi;colon\x1funit\x1fseparator",
    "$dollar `tick` {brace} ${x}",
    "\u202eright to left\u202c \u200f mark",
    "four bytes \U0001d518\U0001f9e0 \U0010ffff",
    "controls \x00 \x01 \x08 \x0b \x0c \x1b \x7f \x85 \u2028 \u2029 \ufeff \ufffe \uffff",
    "=HYPERLINK(1)+cmd|' /C calc'!A0",
    "'); MATCH (n) DETACH DELETE n; //",
    "%41 %zz <http://x> _:b @en ^^<y> .",
    "../../etc/passwd",
)
"""Strings that break careless writers; U+0000 to non-characters, markup, queries, formulas."""

HOSTILE_ENTITIES = (
    *(E(kind, text) for kind, text in zip(list(EntityType) * 3, NASTY, strict=True)),
    E(M, "odd address", (("x", "en us"), ("y", "EN"), ('"', "zh")), iri="no scheme <at> all"),
    E(M, "odd address 2", iri="http://[broken/%zz"),
    E(T, "plain"),
)


DOUBTFUL: list[dict[str, object]] = [
    {
        "type": "Method", "form": form, "entity": f"urn:litkg:method:{entity}", "name": "U-Net",
        "reason": "misspelling", "outcome": outcome, "other": "", "doubt": doubt, "papers": 1,
    }
    for form, entity, outcome, doubt in (
        ("UNet", "unet", "merged", 0.05),
        ("Unet", "unet", "merged", 0.5),
        ("U-Nets", "unet", "merged", 0.5),
        ("V-Net", "unet", "kept-apart", 0.9),
        ("TinySeg", "tinyseg", "kept-apart", 0.1),
    )
]  # fmt: skip
"""Merges that may stand behind the small graph."""


def small_graph() -> MemoryTables:
    """A consistent graph of five papers and eleven entities."""
    return graph_of("Cells, small", SMALL_ENTITIES, SMALL_PAPERS)


def hostile_graph() -> MemoryTables:
    """A consistent graph whose every text column is hostile."""
    count = len(NASTY)
    papers = [
        P(
            f"id {index} {text}",
            f"Title {text}",
            f"Abstract with {text} inside.",
            (text, NASTY[(index + 1) % count]), text, 2000 + index, (text, "k"),
            doi=text, arxiv=text, pmid=text, url=url,
            links=((text, list(Role)[index % 4], (text,)),),
        )
        for index, (text, url) in enumerate(
            zip(
                NASTY,
                [
                    "javascript:alert(1)", "http://exa mple.org/", 'http://x/"><script>',
                    "https://example.org/a?b=c#d", "HTTPS://EXAMPLE.ORG", "http://", "//x/y",
                    "http://x/%zz", "http://x:port/", "http://例子.测试/路径", "http://x/\ue000", "file:///etc",
                ],
                strict=True,
            )
        )
    ]  # fmt: skip
    methods = [entity.name for entity in HOSTILE_ENTITIES if entity.type is M]
    papers.append(
        P(
            "<last>", " ".join(methods), "", ("",), "", None,
            links=tuple((name, Role.USES, (name,)) for name in methods),
            relations=((methods[0], RelationType.COMPARED_WITH, methods[1]),
                       (methods[-2], RelationType.PART_OF, methods[-1])),
        )
    )  # fmt: skip
    return graph_of(NASTY[2], HOSTILE_ENTITIES, papers)


def graph_of(name: str, entities: Iterable[E], papers: Iterable[P]) -> MemoryTables:
    """Compute all tables of a graph from its entities and papers."""
    entities, papers = list(entities), list(papers)
    iris = {entity.name: entity.address() for entity in entities}
    rows: dict[str, list[dict[str, object]]] = {table: [] for table in SCHEMAS}
    years: dict[str, list[int]] = defaultdict(list)
    linked: Counter[str] = Counter()
    mentioned: Counter[str] = Counter()
    yearly: Counter[tuple[str, int, str]] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for number, paper in enumerate(papers, start=1):
        rows["papers"].append(_paper_row(paper, number))
        ends: dict[str, tuple[str, int, int]] = {}
        for entity, role, surfaces in paper.links:
            found = sorted(_mentions(paper, surfaces), key=lambda m: (m["field"], m["start"]))
            assert found, (paper.id, entity)
            ends[entity] = (found[0]["field"], found[0]["sentence_start"], found[0]["sentence_end"])
            iri = iris[entity]
            rows["mentions"] += [{"paper": paper.id, "entity": iri, **row} for row in found]
            rows["links"].append({
                "paper": paper.id, "entity": iri, "role": role.value, "confidence": 0.875,
                "sources": ["coined", "vocabulary"], "mentions": len(found),
            })  # fmt: skip
            linked[iri] += 1
            mentioned[iri] += len(found)
            if paper.year is not None:
                years[iri].append(paper.year)
                yearly[iri, paper.year, role.value] += 1
        pairs.update(combinations(sorted(iris[link[0]] for link in paper.links), 2))
        for head, relation, tail in paper.relations:
            field, start, end = ends[tail]
            rows["relations"].append({
                "head": iris[head], "relation": relation.value, "tail": iris[tail],
                "paper": paper.id, "confidence": 0.5 + number / 100, "field": field,
                "sentence_start": start, "sentence_end": end, "source": "cues",
            })  # fmt: skip
    for entity in entities:
        iri = entity.address()
        rows["entities"].append({
            "iri": iri, "type": entity.type.value, "name": entity.name,
            "listed": bool(entity.aliases), "papers": linked[iri], "mentions": mentioned[iri],
            "first_year": min(years[iri], default=None), "last_year": max(years[iri], default=None),
        })  # fmt: skip
        rows["aliases"] += [
            {"entity": iri, "alias": a, "language": lang, "source": "vocabulary", "mentions": 0}
            for a, lang in entity.aliases
        ]
        if entity.broader:
            rows["broader"].append({
                "narrower": iri, "broader": iris[entity.broader], "source": entity.source,
                "confidence": {"vocabulary": 1.0, "stated": 0.51, "head": 0.9}[entity.source],
                "papers": int(entity.source == "stated"),
            })  # fmt: skip
    rows["entity_years"] = [
        {"entity": iri, "year": year, "role": role, "papers": count}
        for (iri, year, role), count in yearly.items()
    ]
    rows["cooccurrence"] = [{"a": a, "b": b, "papers": n} for (a, b), n in pairs.items()]
    return MemoryTables(
        name, {key: pa.Table.from_pylist(found, SCHEMAS[key]) for key, found in rows.items()}
    )


def replaced(graph: MemoryTables, table: str, rows: list[dict[str, object]]) -> MemoryTables:
    """The same graph with other rows in one table."""
    tables = {key: rows_of(graph, key) for key in SCHEMAS} | {table: rows}
    return MemoryTables(
        graph.name,
        {key: pa.Table.from_pylist(found, SCHEMAS[key]) for key, found in tables.items()},
    )


def folder_of(graph: MemoryTables, folder: Path) -> Path:
    """Write a graph as a graph folder."""
    staging = folder.parent / "staging"
    staging.mkdir()
    for table in SCHEMAS:
        write_table(table, graph.batches(table), staging)
    finish(staging, folder, {"format": FORMAT, "name": graph.name})
    return folder


def rows_of(graph: MemoryTables, table: str) -> list[dict[str, object]]:
    """All rows of one table, in order."""
    return [row for batch in graph.batches(table) for row in batch.to_pylist()]


def _paper_row(paper: P, number: int) -> dict[str, object]:
    texts = {key: getattr(paper, key) for key in SCHEMAS["papers"].names if hasattr(paper, key)}
    filled = sorted(key for key, value in texts.items() if value not in ("", None, ()))
    origins = [{"field": key, "source": "small.jsonl", "position": number} for key in filled]
    return {**texts, "iri": paper_iri(paper.id), "origins": origins}


def _mentions(paper: P, surfaces: tuple[str, ...]) -> Iterator[dict[str, object]]:
    for field in ("title", "abstract"):
        text = getattr(paper, field)
        taken: set[int] = set()
        for surface in sorted(surfaces, key=len, reverse=True):
            start = text.find(surface)
            while start >= 0:
                end = start + len(surface)
                if not taken & set(range(start, end)):
                    taken |= set(range(start, end))
                    before, after = text.rfind(". ", 0, start), text.find(". ", end)
                    yield {
                        "field": field, "start": start, "end": end, "surface": surface,
                        "sentence_start": before + 2 if before >= 0 else 0,
                        "sentence_end": after + 1 if after >= 0 else len(text),
                    }  # fmt: skip
                start = text.find(surface, end)
