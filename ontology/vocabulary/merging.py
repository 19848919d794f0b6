"""Several vocabulary files as one vocabulary: the shipped files first, then those of the user in order.

A later file wins. One of its entries means the earlier entry that has its id, else the one of the
same type that its canonical name names, in any spelling, and refines it:

- its name becomes the canonical one; the old name stays as an alias, and the IRI stays as it was;
- its aliases are added; where both spell one name, its spelling and language hold;
- its broader terms and its note replace the earlier ones, where it gives any;
- the earlier id stays; the later one finds the same entry from then on.

Every other entry is new. A name that a file gives to an entry leaves the entry that an earlier file
gave it to, unless it is that entry's canonical name: two things would become one, so that is an
error. So is all that one file contradicts itself in: a repeated id, a name of two entries, a cycle of
broader terms, two entries that mean one earlier entry by its aliases. An entry whose old canonical
name goes to another entry of the file gets the IRI of its new name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path, PurePath

from ontology.errors import VocabularyError
from ontology.names import match_key
from ontology.vocabulary.reader import (
    Alias,
    Entry,
    Names,
    Vocabulary,
    decoded,
    index,
    parse_entries,
    read_bytes,
    shipped_vocabulary,
)

_SYNTAX = {".tsv": "TSV", ".ttl": "Turtle", ".rdf": "RDF/XML", ".xml": "RDF/XML"}
_MARKUP = re.compile(r"\s*<(?:\?xml\s|!DOCTYPE\s|!--|rdf:RDF\s)", re.IGNORECASE)
_TURTLE = re.compile(
    r"^[ \t]*(?:@?prefix[ \t]+[\w.-]*:[ \t]*<|@?base[ \t]*<|<[^>\s]*>\s)",
    re.IGNORECASE | re.MULTILINE,
)


def vocabulary_with(paths: Sequence[Path]) -> Vocabulary:
    """The shipped vocabulary together with further files, later ones winning.

    Files are tab-separated (:mod:`ontology.vocabulary.reader`) or thesauri in SKOS, as Turtle or
    RDF/XML (:mod:`ontology.vocabulary.skos`); the name's ending tells, else the content. Raises
    :class:`VocabularyError` naming file and line, or file and concept, where a rule is broken.
    """
    return _vocabulary(tuple((str(path), read_bytes(path)) for path in paths))


@lru_cache(maxsize=2)
def _vocabulary(files: tuple[tuple[str, bytes], ...]) -> Vocabulary:
    vocabulary = shipped_vocabulary()
    for source, data in files:
        vocabulary = refined(vocabulary, list(_entries(source, data)))
    return vocabulary


def refined(vocabulary: Vocabulary, later: Sequence[Entry]) -> Vocabulary:
    """The vocabulary that the entries of one later file refine and extend.

    Entries of the file come first, so that they are the ones an error names. Broader terms may be
    given by id or, those of the vocabulary so far, by IRI.
    """
    by_id, owners = index(later)
    meant = _meant(vocabulary, later)
    synonyms = {
        **{new: old for new, old in vocabulary.synonyms.items() if new not in by_id},
        **{new: earlier.id for new, earlier in meant.items() if new != earlier.id},
    }
    iris = {entry.iri: entry.id for entry in vocabulary}
    entries = []
    for written in later:
        named = (iris.get(parent, parent) for parent in written.broader)
        parents = tuple(dict.fromkeys(synonyms.get(parent, parent) for parent in named))
        entry = replace(written, broader=parents)
        earlier = meant.get(entry.id)
        entries.append(entry if earlier is None else _refinement(earlier, entry, owners))
    refining = {earlier.id for earlier in meant.values()}
    rest = [_without(entry, owners) for entry in vocabulary if entry.id not in refining]
    return Vocabulary([*entries, *rest], synonyms)


def _meant(vocabulary: Vocabulary, later: Iterable[Entry]) -> dict[str, Entry]:
    """The earlier entry that each entry means, if any, by the later entry's id.

    One that is meant by id is not meant by name as well, nor one meant by its canonical name by an
    alias: the file then tells two things apart that were one.
    """
    found: dict[str, Entry] = {}
    by_alias: dict[str, Entry] = {}
    taken: set[str] = set()
    for step in (_by_id, _by_synonym, _by_name, _by_alias):
        for entry in later:
            earlier = step(vocabulary, entry)
            if entry.id in found or earlier is None or earlier.id in taken:
                continue
            found[entry.id] = earlier
            if step is not _by_alias:
                taken.add(earlier.id)
            elif (other := by_alias.setdefault(earlier.id, entry)) is not entry:
                raise VocabularyError(
                    f"{entry.where}: {entry.name!r} and {other.name!r} ({other.where}) are both"
                    f" aliases of {earlier.id} ({earlier.where}); give that id to one of them"
                )
    return found


def _by_id(vocabulary: Vocabulary, entry: Entry) -> Entry | None:
    earlier = _by_synonym(vocabulary, entry)
    return earlier if earlier is not None and earlier.id == entry.id else None


def _by_synonym(vocabulary: Vocabulary, entry: Entry) -> Entry | None:
    return vocabulary.get(entry.id)


def _by_name(vocabulary: Vocabulary, entry: Entry) -> Entry | None:
    earlier = vocabulary.find(entry.type, entry.name)
    same = earlier is not None and match_key(earlier.name) == match_key(entry.name)
    return earlier if same else None


def _by_alias(vocabulary: Vocabulary, entry: Entry) -> Entry | None:
    return vocabulary.find(entry.type, entry.name)


def _refinement(earlier: Entry, later: Entry, owners: Names) -> Entry:
    aliases = list(earlier.aliases)
    if earlier.name not in {alias.name for alias in aliases}:
        aliases.insert(0, Alias(earlier.name))
    kept = [alias for alias in aliases if (earlier.type, match_key(alias.name)) not in owners]
    minted = earlier.iri_name or earlier.name
    return _with_own_iri(
        replace(
            later,
            id=earlier.id,
            aliases=(*kept, *later.aliases),
            broader=later.broader or earlier.broader,
            note=later.note or earlier.note,
            iri_name="" if match_key(minted) == match_key(later.name) else minted,
        )
    )


def _without(earlier: Entry, owners: Names) -> Entry:
    """An earlier entry that the file does not mean, without the names that the file gives away."""
    if (thief := owners.get((earlier.type, match_key(earlier.name)))) is not None:
        raise VocabularyError(
            f"{thief.where}: {earlier.name!r} is the canonical name of {earlier.id}"
            f" ({earlier.where}); leave the name out or, if the two are one, give the entry that id"
        )
    aliases = tuple(
        alias for alias in earlier.aliases if (earlier.type, match_key(alias.name)) not in owners
    )
    return _with_own_iri(replace(earlier, aliases=aliases))


def _with_own_iri(entry: Entry) -> Entry:
    """Give up the IRI of a name that is the entry's no longer, or two entries might share it."""
    own = {match_key(name) for name in entry.names}
    return entry if match_key(entry.iri_name) in own else replace(entry, iri_name="")


def _entries(source: str, data: bytes) -> Iterable[Entry]:
    text = decoded(data, source)
    syntax = _SYNTAX.get(PurePath(source).suffix.lower()) or _recognised(text)
    if syntax == "TSV":
        return parse_entries(text, source)
    from ontology.vocabulary.skos import parse_concepts  # noqa: PLC0415  few users need an RDF parser

    return parse_concepts(text, syntax, source)


def _recognised(text: str) -> str:
    """Tell the syntax of a text, tab-separated where nothing speaks for RDF.

    >>> _recognised("# made by hand\\nPREFIX ex: <http://example.org/>")
    'Turtle'
    """
    if _MARKUP.match(text):
        return "RDF/XML"
    return "Turtle" if _TURTLE.search(text) else "TSV"
