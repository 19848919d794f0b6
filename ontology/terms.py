"""The ontology's terms: entity types, roles and relation types, each with IRI, label and rule.

``litkg.ttl`` says the same in OWL and ``shapes.ttl`` in SHACL; a test holds the three together.
The meaning of each term follows the annotation guidelines behind the project's gold data.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

NAMESPACE = "urn:litkg:ns:"
"""IRI prefix of the ontology's own terms, written ``litkg:`` in Turtle and SPARQL."""


class EntityType(Enum):
    """The four kinds of things that a title or an abstract names."""

    DATASET = "Dataset"
    MODALITY = "Modality"
    METHOD = "Method"
    TASK = "Task"

    __hash__ = object.__hash__
    """Members are one object a process; the hash of Enum is a call in Python for each look-up."""

    @property
    def iri(self) -> str:
        """Class of the entities of this type.

        >>> EntityType.METHOD.iri
        'urn:litkg:ns:Method'
        """
        return NAMESPACE + self.value


class Role(Enum):
    """The part that an entity plays in one paper, strongest first.

    One entity has one role a paper: the first in this order that the text supports.
    """

    INTRODUCES = "introduces"
    USES = "uses"
    COMPARES = "compares"
    MENTIONS = "mentions"

    @property
    def iri(self) -> str:
        """Property from paper to entity.

        >>> Role.USES.iri
        'urn:litkg:ns:uses'
        """
        return NAMESPACE + self.value


ROLE_ORDER: dict[Role, int] = {role: rank for rank, role in enumerate(Role)}
"""Rank of each role, 0 for the strongest."""


class RelationType(Enum):
    """The nine relations between two entities of one paper."""

    USED_FOR = "used-for"
    EVALUATED_ON = "evaluated-on"
    TRAINED_ON = "trained-on"
    APPLIED_TO = "applied-to"
    BENCHMARK_FOR = "benchmark-for"
    HAS_MODALITY = "has-modality"
    PART_OF = "part-of"
    IS_A = "is-a"
    COMPARED_WITH = "compared-with"

    @property
    def iri(self) -> str:
        """Property from head to tail, in lower camel case.

        >>> RelationType.EVALUATED_ON.iri
        'urn:litkg:ns:evaluatedOn'
        """
        first, *rest = self.value.split("-")
        return NAMESPACE + first + "".join(part.capitalize() for part in rest)

    @property
    def signatures(self) -> frozenset[tuple[EntityType, EntityType]]:
        """The pairs of head and tail type between which the relation may hold."""
        return _SIGNATURES[self]

    def allows(self, head: EntityType, tail: EntityType) -> bool:
        """Tell whether the relation may hold between entities of these types.

        >>> RelationType.USED_FOR.allows(EntityType.METHOD, EntityType.TASK)
        True
        >>> RelationType.USED_FOR.allows(EntityType.TASK, EntityType.METHOD)
        False
        """
        return (head, tail) in _SIGNATURES[self]


_DATASET, _MODALITY, _METHOD, _TASK = EntityType

_SIGNATURES: dict[RelationType, frozenset[tuple[EntityType, EntityType]]] = {
    RelationType.USED_FOR: frozenset({(_METHOD, _TASK)}),
    RelationType.EVALUATED_ON: frozenset({(_METHOD, _DATASET)}),
    RelationType.TRAINED_ON: frozenset({(_METHOD, _DATASET)}),
    RelationType.APPLIED_TO: frozenset({(_METHOD, _MODALITY)}),
    RelationType.BENCHMARK_FOR: frozenset({(_DATASET, _TASK)}),
    RelationType.HAS_MODALITY: frozenset({(_DATASET, _MODALITY)}),
    RelationType.PART_OF: frozenset({(_METHOD, _METHOD), (_DATASET, _DATASET)}),
    RelationType.IS_A: frozenset((kind, kind) for kind in EntityType),
    RelationType.COMPARED_WITH: frozenset({(_METHOD, _METHOD)}),
}


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property of the ontology that is no entity type, role or relation type."""

    name: str
    label: str

    @property
    def iri(self) -> str:
        """Full IRI of the term."""
        return NAMESPACE + self.name


# Classes
PAPER = Term("Paper", "paper")
ENTITY = Term("Entity", "entity")
LINK = Term("Link", "link")
RELATION = Term("Relation", "relation")
MENTION = Term("Mention", "mention")
STATEMENT = Term("Statement", "statement")
VENUE = Term("Venue", "venue")
PERSON = Term("Person", "person")
CO_OCCURRENCE = Term("CoOccurrence", "co-occurrence")
YEAR_COUNT = Term("YearCount", "year count")
BROADER_STEP = Term("BroaderStep", "step to a broader term")

CLASSES: tuple[Term, ...] = (
    PAPER, ENTITY, LINK, RELATION, MENTION, STATEMENT, VENUE, PERSON, CO_OCCURRENCE, YEAR_COUNT,
    BROADER_STEP,
)  # fmt: skip

# Properties
ABOUT = Term("about", "about")
CO_OCCURS_WITH = Term("coOccursWith", "co-occurs with")
PAPER_OF = Term("paper", "paper")
ENTITY_OF = Term("entity", "entity")
ROLE = Term("role", "role")
CONFIDENCE = Term("confidence", "confidence")
SUPPORT = Term("support", "support")
EXTRACTOR = Term("extractor", "extractor")
EVIDENCE = Term("evidence", "evidence")
HEAD = Term("head", "head")
TAIL = Term("tail", "tail")
PREDICATE = Term("predicate", "predicate")
BASIS = Term("basis", "basis")
FIELD = Term("field", "field")
SURFACE = Term("surface", "surface form")
YEAR = Term("year", "year")
FIRST_YEAR = Term("firstYear", "first year")
LAST_YEAR = Term("lastYear", "last year")
PAPER_COUNT = Term("paperCount", "paper count")
MENTION_COUNT = Term("mentionCount", "mention count")
LISTED = Term("listed", "listed in the vocabulary")
DOUBT = Term("doubt", "doubt")
DOUBTFUL_NAME = Term("doubtfulName", "doubtful name")
ABSTRACT = Term("abstract", "abstract")
SENTENCE = Term("sentence", "sentence")
PUBLISHED_IN = Term("publishedIn", "published in")
DOI = Term("doi", "DOI")
ARXIV = Term("arxiv", "arXiv id")
PMID = Term("pmid", "PubMed id")

PROPERTIES: tuple[Term, ...] = (
    ABOUT, CO_OCCURS_WITH, PAPER_OF, ENTITY_OF, ROLE, CONFIDENCE, SUPPORT, EXTRACTOR, EVIDENCE,
    HEAD, TAIL, PREDICATE, BASIS, FIELD, SURFACE, YEAR, FIRST_YEAR, LAST_YEAR, PAPER_COUNT,
    MENTION_COUNT, LISTED, DOUBT, DOUBTFUL_NAME, ABSTRACT, SENTENCE, PUBLISHED_IN, DOI, ARXIV, PMID,
)  # fmt: skip
