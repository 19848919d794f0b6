"""A graph as RDF: what each row of the tables says, resource by resource.

Every statement of the graph has one place here; N-Triples and Turtle only write it down. The terms
are those of ``litkg.ttl``. Three levels of evidence:

``none``
    papers, entities, venues and persons, and plain triples between them: roles (``litkg:uses``),
    relations (``litkg:usedFor``), ``skos:broader``, ``litkg:coOccursWith``.
``summary``
    also each link and relation as a resource with its confidence, extractors and support, each step
    of the hierarchy (``litkg:BroaderStep``) with its basis, and the counts: ``litkg:CoOccurrence``
    and ``litkg:YearCount``.
``full``
    also each mention and each statement of a relation, with its place and, unless the graph is one
    without text, its sentence.

Years are ``xsd:integer``: ``FILTER(?year >= 2020)`` and arithmetic work as they stand, while SPARQL
1.1 (section 17.3) defines no comparison of ``xsd:gYear``. The confidence of a relation is that of
its best statement, its support the number of papers that state it. ``skos:broader`` is the table
``broader``: it holds every source of the hierarchy and no cycle, so ``skos:broader*`` reads it whole.
``litkg:isA`` is what papers state, also where the hierarchy does not take the step.

Not carried: the order of authors, which source record gave which field, the source and count of an
alias, the end points of sentences (a sentence is quoted instead), the ledger, and of the merges all
but the most doubtful of each entity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import groupby
from operator import itemgetter
from typing import Literal, NamedTuple

from exports.doubts import doubts
from exports.iris import (
    iri_part,
    is_web_address,
    paper_part,
    relation_iri,
    statement_iri,
    valid_iri,
)
from exports.streams import Follower, Row, Terms, Texts, by_entity, distinct, resorted, rows
from ontology import terms
from ontology.identifiers import PREFIXES, person_iri, venue_iri
from ontology.tables import GraphTables
from ontology.terms import EntityType, RelationType, Role

Evidence = Literal["none", "summary", "full"]
"""How much of what stands behind a link or relation is written; see the module's docstring."""

EVIDENCE_LEVELS: tuple[Evidence, ...] = ("none", "summary", "full")

IRI = "@id"
STRING = PREFIXES["xsd"] + "string"
INTEGER = PREFIXES["xsd"] + "integer"
DOUBLE = PREFIXES["xsd"] + "double"
BOOLEAN = PREFIXES["xsd"] + "boolean"

Property = tuple[str, str, str]
"""Predicate IRI, kind and value of one statement.

The kind is ``IRI``, the IRI of a datatype, or a language tag behind ``@``; the value is an IRI or
the lexical form, not escaped.
"""


class Resource(NamedTuple):
    """All statements about one subject."""

    iri: str
    properties: list[Property]


_ROLES = Terms({role.value: role.iri for role in Role})
_RELATIONS = Terms({relation.value: relation.iri for relation in RelationType})
_CLASSES = Terms({kind.value: kind.iri for kind in EntityType})

TYPE = PREFIXES["rdf"] + "type"
TITLE = PREFIXES["dcterms"] + "title"
CREATOR = PREFIXES["dcterms"] + "creator"
IDENTIFIER = PREFIXES["dcterms"] + "identifier"
SOURCE = PREFIXES["dcterms"] + "source"
KEYWORD = PREFIXES["dcat"] + "keyword"
URL = PREFIXES["schema"] + "url"
NAME = PREFIXES["schema"] + "name"
PREFERRED = PREFIXES["skos"] + "prefLabel"
ALTERNATIVE = PREFIXES["skos"] + "altLabel"
BROADER = PREFIXES["skos"] + "broader"
START = PREFIXES["oa"] + "start"
END = PREFIXES["oa"] + "end"

# Looked up once: these stand in most statements.
_PAPER_OF = terms.PAPER_OF.iri
_ENTITY_OF = terms.ENTITY_OF.iri
_ROLE = terms.ROLE.iri
_CONFIDENCE = terms.CONFIDENCE.iri
_MENTION_COUNT = terms.MENTION_COUNT.iri
_PAPER_COUNT = terms.PAPER_COUNT.iri
_EXTRACTOR = terms.EXTRACTOR.iri
_EVIDENCE = terms.EVIDENCE.iri
_FIELD = terms.FIELD.iri
_SURFACE = terms.SURFACE.iri
_SENTENCE = terms.SENTENCE.iri
_YEAR = terms.YEAR.iri

_IS_LINK = (TYPE, IRI, terms.LINK.iri)
_IS_RELATION = (TYPE, IRI, terms.RELATION.iri)
_IS_MENTION = (TYPE, IRI, terms.MENTION.iri)
_IS_STATEMENT = (TYPE, IRI, terms.STATEMENT.iri)
_IS_CO_OCCURRENCE = (TYPE, IRI, terms.CO_OCCURRENCE.iri)
_IS_BROADER_STEP = (TYPE, IRI, terms.BROADER_STEP.iri)
_IS_YEAR_COUNT = (TYPE, IRI, terms.YEAR_COUNT.iri)

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?")


def resources(graph: GraphTables, evidence: Evidence) -> Iterator[Resource]:
    """Stream the graph, each subject once: entities, then papers, venues and persons.

    Relations, steps, year counts and co-occurrences stand behind their first entity, links, mentions and
    statements behind their paper. Raises ``GraphError`` where a row refers to an absent paper or
    entity, or names an unknown term.
    """
    yield from _entities(graph, evidence)
    yield from _papers(graph, evidence)
    for name in distinct(graph, "papers", "venue"):
        yield Resource(venue_iri(name), [(TYPE, IRI, terms.VENUE.iri), (NAME, STRING, name)])
    for name in distinct(graph, "papers", "authors"):
        yield Resource(person_iri(name), [(TYPE, IRI, terms.PERSON.iri), (NAME, STRING, name)])


def _entities(graph: GraphTables, evidence: Evidence) -> Iterator[Resource]:
    with closing(doubts(graph)) as doubtful:
        yield from _entities_and_doubts(graph, evidence, Follower("merges", doubtful))


def _entities_and_doubts(
    graph: GraphTables, evidence: Evidence, doubtful: Follower
) -> Iterator[Resource]:
    aliases = Follower("aliases", rows(graph, "aliases", ["entity", "alias", "language"]))
    steps = ["narrower", "broader", "source", "confidence", "papers"]
    broader = Follower("broader", rows(graph, "broader", steps))
    stated = [
        "head", "relation", "tail", "paper", "field", "sentence_start", "confidence", "source",
    ]  # fmt: skip
    relations = Follower("relations", rows(graph, "relations", stated))
    counted = ["entity", "year", "role", "papers"]
    years = Follower("entity_years", rows(graph, "entity_years", counted))
    pairs = Follower("cooccurrence", rows(graph, "cooccurrence", ["a", "b", "papers"]))
    columns = ["iri", "type", "name", "listed", "papers", "mentions", "first_year", "last_year"]
    for entity in rows(graph, "entities", columns):
        key = entity[0]
        related = [
            (relation, tail, list(found))
            for (relation, tail), found in groupby(relations.at(key), itemgetter(1, 2))
        ]
        above = broader.at(key)
        paired = pairs.at(key)
        counts = years.at(key)
        properties = _entity(entity, aliases.at(key))
        for _, doubt, names in doubtful.at(key):
            properties.append((terms.DOUBT.iri, DOUBLE, repr(doubt)))
            properties += [(terms.DOUBTFUL_NAME.iri, STRING, name) for name in names]
        properties += [(BROADER, IRI, valid_iri(other)) for _, other, *_ in above]
        properties += [(_RELATIONS[name], IRI, valid_iri(tail)) for name, tail, _ in related]
        properties += [(terms.CO_OCCURS_WITH.iri, IRI, valid_iri(b)) for _, b, _ in paired]
        yield Resource(valid_iri(key), properties)
        if evidence != "none":
            for relation, tail, statements in related:
                yield _relation(key, relation, tail, statements, evidence)
            yield from (_broader_step(*step) for step in above)
            yield from (_year_count(*count) for count in counts)
            yield from (_co_occurrence(*pair) for pair in paired)
    for follower in (aliases, broader, relations, years, pairs, doubtful):
        follower.finish()


def _entity(entity: Row, aliases: list[Row]) -> list[Property]:
    _, kind, name, listed, papers, mentions, first, last = entity
    properties = [
        (TYPE, IRI, terms.ENTITY.iri),
        (TYPE, IRI, _CLASSES[kind]),
        (PREFERRED, "@en", name),
        (terms.LISTED.iri, BOOLEAN, "true" if listed else "false"),
        (_PAPER_COUNT, INTEGER, str(papers)),
        (_MENTION_COUNT, INTEGER, str(mentions)),
    ]
    if first is not None:
        properties.append((terms.FIRST_YEAR.iri, INTEGER, str(first)))
    if last is not None:
        properties.append((terms.LAST_YEAR.iri, INTEGER, str(last)))
    labels = {(_language(language), alias): None for _, alias, language in aliases}
    labels.pop(("@en", name), None)
    properties += [(ALTERNATIVE, tag, alias) for tag, alias in labels]
    return properties


def _relation(
    head: str, relation: str, tail: str, statements: list[Row], evidence: Evidence
) -> Resource:
    iri = relation_iri(head, relation, tail)
    _, _, _, papers, fields, starts, confidences, sources = zip(*statements, strict=True)
    properties = [
        _IS_RELATION,
        (terms.HEAD.iri, IRI, valid_iri(head)),
        (terms.PREDICATE.iri, IRI, _RELATIONS[relation]),
        (terms.TAIL.iri, IRI, valid_iri(tail)),
        (_CONFIDENCE, DOUBLE, repr(max(confidences))),
        (terms.SUPPORT.iri, INTEGER, str(len(set(papers)))),
    ]
    properties += [(_EXTRACTOR, STRING, source) for source in sorted(set(sources))]
    if evidence == "full":
        places = dict.fromkeys(zip(papers, fields, starts, strict=True))
        properties += [
            (_EVIDENCE, IRI, statement_iri(paper, field, start, iri))
            for paper, field, start in places
        ]
    return Resource(iri, properties)


def _broader_step(
    narrower: str, broader: str, source: str, confidence: float, papers: int
) -> Resource:
    return Resource(
        f"urn:litkg:broader:{iri_part(narrower)}/{iri_part(broader)}",
        [
            _IS_BROADER_STEP,
            (terms.HEAD.iri, IRI, valid_iri(narrower)),
            (terms.TAIL.iri, IRI, valid_iri(broader)),
            (terms.BASIS.iri, STRING, source),
            (_CONFIDENCE, DOUBLE, repr(confidence)),
            (terms.SUPPORT.iri, INTEGER, str(papers)),
        ],
    )


def _year_count(entity: str, year: int, role: str, papers: int) -> Resource:
    return Resource(
        f"urn:litkg:year-count:{iri_part(entity)}/{year}/{role}",
        [
            _IS_YEAR_COUNT,
            (_ENTITY_OF, IRI, valid_iri(entity)),
            (_YEAR, INTEGER, str(year)),
            (_ROLE, IRI, _ROLES[role]),
            (_PAPER_COUNT, INTEGER, str(papers)),
        ],
    )


def _co_occurrence(a: str, b: str, papers: int) -> Resource:
    return Resource(
        f"urn:litkg:co-occurrence:{iri_part(a)}/{iri_part(b)}",
        [
            _IS_CO_OCCURRENCE,
            (_ENTITY_OF, IRI, valid_iri(a)),
            (_ENTITY_OF, IRI, valid_iri(b)),
            (_PAPER_COUNT, INTEGER, str(papers)),
        ],
    )


_PAPER_COLUMNS = (
    "id", "iri", "title", "abstract", "authors", "venue", "year", "keywords", "doi", "arxiv",
    "pmid", "url", "origins",
)  # fmt: skip
_LINK_COLUMNS = ("paper", "entity", "role", "confidence", "sources", "mentions")
_MENTION_COLUMNS = (
    "paper", "entity", "field", "start", "end", "surface", "sentence_start", "sentence_end",
)  # fmt: skip
_STATEMENT_COLUMNS = (
    "paper", "head", "relation", "tail", "field", "sentence_start", "sentence_end", "confidence",
    "source",
)  # fmt: skip


def _papers(graph: GraphTables, evidence: Evidence) -> Iterator[Resource]:
    links = Follower("links", rows(graph, "links", _LINK_COLUMNS))
    full = evidence == "full"
    mentions = Follower("mentions", rows(graph, "mentions", _MENTION_COLUMNS) if full else iter(()))
    with ExitStack() as stack:
        by_paper: Iterator[Row] = iter(())
        if full:
            by_paper = stack.enter_context(
                closing(resorted(graph, "relations", _STATEMENT_COLUMNS, _STATEMENT_COLUMNS))
            )
        statements = Follower("relations", by_paper)
        for paper in rows(graph, "papers", _PAPER_COLUMNS):
            key, iri = paper[0], valid_iri(paper[1])
            texts = Texts(title=paper[2], abstract=paper[3])
            roles = links.at(key)
            properties = _paper(paper)
            properties += [(_ROLES[role], IRI, valid_iri(entity)) for _, entity, role, *_ in roles]
            yield Resource(iri, properties)
            if evidence == "none":
                continue
            spans = mentions.at(key)
            yield from _links(key, iri, roles, spans)
            yield from _mentions(key, spans, texts)
            yield from _statements(key, iri, statements.at(key), texts)
        for follower in (links, mentions, statements):
            follower.finish()


def _paper(paper: Row) -> list[Property]:
    key, _, title, abstract, authors, venue, year, keywords, doi, arxiv, pmid, url, origins = paper
    properties = [(TYPE, IRI, terms.PAPER.iri), (IDENTIFIER, STRING, key), (TITLE, STRING, title)]
    if abstract:
        properties.append((terms.ABSTRACT.iri, STRING, abstract))
    properties += [(CREATOR, IRI, person_iri(name)) for name in dict.fromkeys(authors) if name]
    if venue:
        properties.append((terms.PUBLISHED_IN.iri, IRI, venue_iri(venue)))
    if year is not None:
        properties.append((_YEAR, INTEGER, str(year)))
    properties += [(KEYWORD, STRING, keyword) for keyword in dict.fromkeys(keywords) if keyword]
    for term, value in ((terms.DOI, doi), (terms.ARXIV, arxiv), (terms.PMID, pmid)):
        if value:
            properties.append((term.iri, STRING, value))
    if url:
        properties.append((URL, IRI if is_web_address(url) else STRING, url))
    places = dict.fromkeys(f"{origin['source']}:{origin['position']}" for origin in origins)
    properties += [(SOURCE, STRING, place) for place in places]
    return properties


def _links(key: str, paper: str, links: list[Row], mentions: list[Row]) -> Iterator[Resource]:
    part = paper_part(key)
    spans = by_entity(links, mentions)
    for _, entity, role, confidence, sources, count in links:
        properties = [
            _IS_LINK,
            (_PAPER_OF, IRI, paper),
            (_ENTITY_OF, IRI, valid_iri(entity)),
            (_ROLE, IRI, _ROLES[role]),
            (_CONFIDENCE, DOUBLE, repr(confidence)),
            (_MENTION_COUNT, INTEGER, str(count)),
        ]
        properties += [(_EXTRACTOR, STRING, source) for source in dict.fromkeys(sources)]
        found = dict.fromkeys(
            _mention_iri(part, field, start, end) for _, _, field, start, end, *_ in spans[entity]
        )
        properties += [(_EVIDENCE, IRI, mention) for mention in found]
        yield Resource(f"urn:litkg:link:{part}/{iri_part(entity)}", properties)


def _mentions(key: str, mentions: list[Row], texts: Texts) -> Iterator[Resource]:
    part = paper_part(key)
    seen: set[str] = set()
    for _, _, field, start, end, surface, sentence_start, sentence_end in mentions:
        iri = _mention_iri(part, field, start, end)
        if iri in seen:
            continue
        seen.add(iri)
        sentence = texts[field][sentence_start:sentence_end]
        yield Resource(
            iri,
            [
                _IS_MENTION,
                (_FIELD, STRING, field),
                (START, INTEGER, str(start)),
                (END, INTEGER, str(end)),
                (_SURFACE, STRING, surface),
                *([(_SENTENCE, STRING, sentence)] if sentence else ()),
            ],
        )


def _statements(key: str, paper: str, statements: list[Row], texts: Texts) -> Iterator[Resource]:
    places = itemgetter(1, 2, 3, 4, 5)
    for (head, relation, tail, field, start), same in groupby(statements, places):
        found = list(same)
        end = max(row[6] for row in found)
        properties = [
            _IS_STATEMENT,
            (_PAPER_OF, IRI, paper),
            (_FIELD, STRING, field),
            (_CONFIDENCE, DOUBLE, repr(max(row[7] for row in found))),
        ]
        if sentence := texts[field][start:end]:
            properties.append((_SENTENCE, STRING, sentence))
        properties += [(_EXTRACTOR, STRING, s) for s in sorted({row[8] for row in found})]
        yield Resource(
            statement_iri(key, field, start, relation_iri(head, relation, tail)), properties
        )


def _mention_iri(part: str, field: str, start: int, end: int) -> str:
    return f"urn:litkg:mention:{part}/{field}/{start}-{end}"


def _language(tag: str) -> str:
    lower = tag.lower()
    return f"@{lower}" if _LANGUAGE.fullmatch(lower) else STRING
