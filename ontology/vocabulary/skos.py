"""Read a thesaurus in SKOS, as Turtle or RDF/XML, as vocabulary entries.

Every ``skos:Concept`` is an entry:

- its name is the English ``skos:prefLabel``, else the one without language, else the first by
  language tag; all other labels (``prefLabel``, ``altLabel``, ``hiddenLabel``) are aliases with
  their language, English where they have none;
- broader terms are its ``skos:broader`` concepts and those of which it is ``skos:narrower``; an
  entity of an earlier file is named by its IRI (``urn:litkg:method:unet``);
- its note is its ``skos:definition``, else its ``skos:scopeNote``;
- its type is its class ``litkg:Dataset``, ``litkg:Modality``, ``litkg:Method`` or ``litkg:Task``
  (``urn:litkg:ns:…``), else the type of its broader terms, else the class that any statement about
  its scheme names, else that of the scheme's top concepts;
- its id is a ``skos:notation`` of the form ``<type>:<slug>``, else it is made from the IRI.

All else is passed over. Files are read as they are: nothing is fetched, and XML may not refer to
external entities.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from xml.parsers import expat

import pyoxigraph

from ontology.errors import VocabularyError
from ontology.identifiers import PREFIXES
from ontology.names import match_key
from ontology.terms import EntityType
from ontology.text import normalise
from ontology.vocabulary.reader import ID, Alias, Entry

_BASE = "http://vocabulary.invalid/"
"""What relative IRIs refer to: nothing that depends on where the file lies."""
_FORMATS = {
    "Turtle": pyoxigraph.RdfFormat.TURTLE,
    "RDF/XML": pyoxigraph.RdfFormat.RDF_XML,
}
_TYPES = {kind.iri: kind for kind in EntityType}
_ENTITY = re.compile(r"urn:litkg:(dataset|modality|method|task):.")
_A = PREFIXES["rdf"] + "type"
_CHOICES = ", ".join(f"litkg:{kind.value}" for kind in EntityType)


def _skos(name: str) -> str:
    return PREFIXES["skos"] + name


class _Statements:
    """The statements of one file: objects by subject and property, in a fixed order."""

    def __init__(self, quads: Iterable[pyoxigraph.Quad]) -> None:
        self._objects: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._subjects: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._labels: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        self._about: dict[str, list[str]] = defaultdict(list)
        for quad in quads:
            subject, name, value = _name(quad.subject), quad.predicate.value, quad.object
            if isinstance(value, pyoxigraph.Literal):
                self._labels[subject, name].append((value.language or "", normalise(value.value)))
            else:
                self._objects[subject, name].append(_name(value))
                self._subjects[name, _name(value)].append(subject)
                self._about[subject].append(_name(value))

    def objects(self, subject: str, *names: str) -> list[str]:
        """Resources to which any of the properties leads."""
        return sorted({one for name in names for one in self._objects.get((subject, name), ())})

    def subjects(self, name: str, value: str) -> list[str]:
        """Resources from which a property leads to a value."""
        return sorted(set(self._subjects.get((name, value), ())))

    def about(self, subject: str) -> list[str]:
        """All resources that stand in statements about a subject."""
        return self._about.get(subject, [])

    def labels(self, subject: str, name: str) -> list[tuple[str, str]]:
        """Language and text of the literals of a property, the English ones first."""
        found = {one for one in self._labels.get((subject, name), ()) if one[1]}
        return sorted(found, key=lambda one: (_rank(one[0]), one))


def parse_concepts(text: str, syntax: str, source: str) -> Iterator[Entry]:
    """Read the concepts of a thesaurus by IRI; ``syntax`` is ``Turtle`` or ``RDF/XML``.

    Raises :class:`VocabularyError` naming the file and the line or concept that breaks a rule.
    """
    statements = _Statements(_quads(text, syntax, source))
    concepts = set(statements.subjects(_A, _skos("Concept")))
    if not concepts:
        raise VocabularyError(f"{source}: holds no skos:Concept; a thesaurus states each as one")
    if unnamed := [concept for concept in concepts if concept.startswith("_:")]:
        labels = [
            label for one in unnamed for _, label in statements.labels(one, _skos("prefLabel"))
        ]
        raise VocabularyError(
            f"{source}: a concept without IRI {min(labels, default='')!r}; every concept has one"
        )
    thesaurus = _Thesaurus(statements, concepts, source)
    for concept in sorted(concepts):
        yield thesaurus.entry(concept)


class _Thesaurus:
    """The concepts of one file, with the broader terms and the types of each."""

    def __init__(self, statements: _Statements, concepts: set[str], source: str) -> None:
        self._statements = statements
        self._source = source
        self._broader = {concept: self._parents(concept, concepts) for concept in sorted(concepts)}
        self._types: dict[str, frozenset[EntityType]] = {}
        for concept in self._broader:
            self._settle_types(concept)

    def entry(self, concept: str) -> Entry:
        """The entry of a concept."""
        place = self._place(concept)
        labels = self._statements.labels(concept, _skos("prefLabel"))
        if not labels:
            raise VocabularyError(f"{place}: no skos:prefLabel; every concept has one")
        (language, name), *others = labels
        for kind in ("altLabel", "hiddenLabel"):
            others += self._statements.labels(concept, _skos(kind))
        seen = {(match_key(name), "en")}
        aliases = []
        if _rank(language) == _FOREIGN:
            others.insert(0, (language, name))
        for tag, other in others:
            alias = Alias(other, tag or "en")
            if (spelling := (match_key(other), alias.language)) not in seen:
                seen.add(spelling)
                aliases.append(alias)
        notes = [
            note
            for kind in ("definition", "scopeNote")
            for _, note in self._statements.labels(concept, _skos(kind))
        ]
        return Entry(
            id=self._id(concept),
            type=self._type(concept),
            name=name,
            aliases=tuple(aliases),
            broader=tuple(
                self._id(parent) if parent in self._broader else parent
                for parent in self._broader[concept]
            ),
            note=next(iter(notes), ""),
            place=place,
        )

    def _place(self, concept: str) -> str:
        return f"{self._source}: {concept}"

    def _id(self, concept: str) -> str:
        kind = self._type(concept).value.lower()
        for _, notation in self._statements.labels(concept, _skos("notation")):
            if ID.fullmatch(notation):
                if not notation.startswith(f"{kind}:"):
                    raise VocabularyError(
                        f"{self._place(concept)}: the notation {notation!r} is no id of a"
                        f" {kind}; the part before the colon is the type"
                    )
                return notation
        return f"{kind}:concept-{hashlib.sha256(concept.encode()).hexdigest()[:16]}"

    def _parents(self, concept: str, concepts: set[str]) -> list[str]:
        stated = self._statements.objects(concept, _skos("broader"))
        inverse = self._statements.subjects(_skos("narrower"), concept)
        found = sorted({*stated, *inverse})
        for parent in found:
            if parent not in concepts and not _ENTITY.match(parent):
                raise VocabularyError(
                    f"{self._place(concept)}: broader {parent} is no concept of this file; entities"
                    " of earlier files are named by their urn:litkg: IRIs"
                )
        return found

    def _type(self, concept: str) -> EntityType:
        found = self._types[concept]
        if len(found) == 1:
            return next(iter(found))
        if found:
            several = " and ".join(sorted(kind.value for kind in found))
            raise VocabularyError(
                f"{self._place(concept)}: is {several} at once; state one type on the"
                f" concept itself: {_CHOICES}"
            )
        raise VocabularyError(
            f"{self._place(concept)}: no type; state one of {_CHOICES} (litkg: is"
            f" {PREFIXES['litkg']}) on the concept, on a broader one or on its scheme"
        )

    def _settle_types(self, concept: str) -> None:
        """Find the types of a concept, after those of its broader terms; it may be none or several."""
        way = [concept]
        entered: set[str] = set()
        while way:
            one = way[-1]
            stated = self._stated_types(one)
            parents = self._broader.get(one, ())
            waiting = [up for up in parents if up not in self._types and up not in entered]
            if waiting and not stated and one not in entered:
                entered.add(one)
                way += waiting
                continue
            way.pop()
            above = {kind for up in parents for kind in self._types.get(up, ())}
            self._types.setdefault(one, frozenset(stated or above or self._scheme_types(one)))

    def _stated_types(self, resource: str) -> set[EntityType]:
        if resource not in self._broader and (match := _ENTITY.match(resource)):
            return {EntityType(match[1].capitalize())}
        return {_TYPES[one] for one in self._statements.objects(resource, _A) if one in _TYPES}

    def _scheme_types(self, concept: str) -> set[EntityType]:
        statements, of_top = self._statements, _skos("topConceptOf")
        schemes = {
            *statements.objects(concept, _skos("inScheme"), of_top),
            *statements.subjects(_skos("hasTopConcept"), concept),
        }
        if found := {
            _TYPES[one] for scheme in schemes for one in statements.about(scheme) if one in _TYPES
        }:
            return found
        return {
            kind
            for scheme in schemes
            for top in (
                *statements.objects(scheme, _skos("hasTopConcept")),
                *statements.subjects(of_top, scheme),
            )
            for kind in self._stated_types(top)
        }


_FOREIGN = 3


def _rank(language: str) -> int:
    """Order of languages: English, none, English of a region, any other.

    >>> sorted(["zh", "en-gb", "", "en", "de"], key=_rank)
    ['en', '', 'en-gb', 'zh', 'de']
    """
    if language in ("en", ""):
        return 0 if language else 1
    return 2 if language.startswith("en-") else _FOREIGN


def _name(term: object) -> str:
    return term.value if isinstance(term, pyoxigraph.NamedNode) else str(term)


def _quads(text: str, syntax: str, source: str) -> Iterator[pyoxigraph.Quad]:
    if syntax == "RDF/XML":
        _check_xml(text, source)
    try:
        yield from pyoxigraph.parse(text, format=_FORMATS[syntax], base_iri=_BASE)
    except SyntaxError as error:
        place = source if error.lineno is None else f"{source}:{error.lineno}"
        reason = "".join(one if one.isprintable() else "�" for one in error.msg)
        raise VocabularyError(f"{place}: cannot be read as {syntax}; {reason}") from error


def _check_xml(text: str, source: str) -> None:
    """Refuse XML that is not well-formed, grows without measure, or asks for other files."""
    parser = expat.ParserCreate("utf-8")

    def declared(
        name: str, _parameter: int, _value: str | None, _base: str | None, system: str | None,
        public: str | None, _notation: str | None,
    ) -> None:  # fmt: skip
        if system is not None or public is not None:
            raise VocabularyError(
                f"{source}:{parser.CurrentLineNumber}: external entity {name!r}; nothing but the"
                " file itself is read"
            )

    parser.EntityDeclHandler = declared
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise VocabularyError(
            f"{source}:{error.lineno}: cannot be read as RDF/XML; {expat.ErrorString(error.code)}"
        ) from error
