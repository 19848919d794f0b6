"""The records that travel between rooms: frozen, slotted, compared by value.

All offsets count Unicode code points of one field's normalised text, end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from ontology.terms import EntityType, RelationType, Role

Field = Literal["title", "abstract"]
"""The two texts of a paper that mentions may point into."""


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Where a source record was read: the source's name and the record's place in it.

    ``source`` is the file's base name (or ``-``), so that equal files in other folders give equal
    bytes; ``position`` is a 1-based line or record number.
    """

    source: str
    position: int

    def __str__(self) -> str:
        return f"{self.source}:{self.position}"


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What an importer read, before duplicates merge into papers; text is already normalised.

    Absent texts are empty strings, absent numbers ``None``.
    """

    origin: Origin
    id: str = ""
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    venue: str = ""
    year: int | None = None
    keywords: tuple[str, ...] = ()
    doi: str = ""
    arxiv: str = ""
    pmid: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One work: merged from one or more source records.

    ``origins`` holds one pair (field name, origin) for each filled field, sorted, and says which
    source record the value was taken from.
    """

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
    origins: tuple[tuple[str, Origin], ...] = ()

    def text(self, field: Field) -> str:
        """The text that offsets of ``field`` refer to."""
        return self.title if field == "title" else self.abstract


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """One span of a paper's text; ``surface`` is exactly ``paper.text(field)[start:end]``.

    The sentence around it is ``paper.text(field)[sentence_start:sentence_end]``.
    """

    field: Field
    start: int
    end: int
    surface: str
    sentence_start: int
    sentence_end: int


@dataclass(frozen=True, slots=True)
class PaperEntity:
    """One entity as one paper names it.

    ``name`` is the canonical name within the paper, ``forms`` its distinct surface forms in text
    order, ``mentions`` all its spans in text order (title first), ``sources`` the extractors that
    found it, sorted; ``confidence`` lies in 0..1.
    """

    type: EntityType
    name: str
    forms: tuple[str, ...]
    role: Role
    confidence: float
    mentions: tuple[Mention, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperRelation:
    """One relation that a paper states between two of its entities, with the sentence.

    ``head`` and ``tail`` are positions in ``AnnotatedPaper.entities``.
    """

    head: int
    relation: RelationType
    tail: int
    confidence: float
    field: Field
    sentence_start: int
    sentence_end: int


@dataclass(frozen=True, slots=True)
class AnnotatedPaper:
    """A paper with its entities, ordered by first mention, and its relations, sorted."""

    paper: Paper
    entities: tuple[PaperEntity, ...] = ()
    relations: tuple[PaperRelation, ...] = ()


class Reason(Enum):
    """Why a record, an entity of a paper, a relation or a decision was dropped, changed or doubted."""

    MALFORMED = "malformed"
    UNREADABLE = "unreadable"
    NO_TITLE = "no-title"
    NO_ABSTRACT = "no-abstract"
    NO_TEXT = "no-text"
    DUPLICATE = "duplicate"
    ID_CLASH = "id-clash"
    SUSPECTED_MISMATCH = "suspected-mismatch"
    ENCODING_REPAIRED = "encoding-repaired"
    UNKNOWN_FIELD = "unknown-field"
    VALUE_IGNORED = "value-ignored"
    NOT_A_PAPER = "not-a-paper"
    TOO_LONG = "too-long"
    ANNOTATION_FAILED = "annotation-failed"
    BELOW_MIN_CONFIDENCE = "below-min-confidence"
    BLOCKED = "blocked"
    OUT_OF_RANGE = "out-of-range"
    DECISION_UNMATCHED = "decision-unmatched"


class Outcome(Enum):
    """What happened to the record that a ledger row speaks of."""

    DROPPED = "dropped"
    MERGED = "merged"
    CHANGED = "changed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One entry of the ledger: what was dropped, changed or doubted, and why.

    ``paper`` is the id of the paper that the record became or merged into, empty where it became
    none.
    """

    origin: Origin
    reason: Reason
    outcome: Outcome
    detail: str
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """Papers read from sources together with the ledger of reading and merging."""

    papers: tuple[Paper, ...]
    ledger: tuple[LedgerRow, ...] = field(default=())
