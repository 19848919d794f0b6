"""Find the names and aliases of vocabulary entries in any of their spellings.

Names are looked up by ``ontology.names.match_key``; acronyms and short names must also agree in
letter case; names in CJK script match by characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from spacy.tokens import Doc

from extractors.reading import CJK, text_of
from extractors.word_lists import ends_term, word_set
from ontology.names import abbreviates, key_tokens, match_key, singular
from ontology.terms import EntityType
from ontology.vocabulary.reader import Entry

_PIECE = re.compile(rf"[{CJK}]|[^\W\d_{CJK}]+|\d+(?:\.\d+)*|[+#]+")
_CJK = re.compile(rf"[{CJK}]")
_GAP = re.compile(r"(?: |[-‐‑–—/_'’&.$^{}\\]{1,3}| [-–&/] )?")
_NEXT_WORD = re.compile(r"[ -]([^\W\d_]+)")
_MATHS = re.compile(r"\$\\?$")
_STEM = 4
"""Letters by which two spellings of a word in a long form are told to be one word."""
_SMALL = frozenset("a an and as at by for from in of on or the to via with".split())
_SUFFIXES = frozenset(
    """
    based driven guided style like level enhanced augmented powered specific aware generated
    trained derived conditioned inspired assisted oriented related centric only pretrained
    finetuned encoded backed
    """.split()
)


class Match(NamedTuple):
    """A vocabulary entry found at an offset span of a text."""

    start: int
    end: int
    entry: Entry


class _Name(NamedTuple):
    entry: Entry
    name: str
    exact: bool


class VocabularyIndex:
    """All names of a vocabulary, ready for one pass over a text."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._names: dict[str, list[_Name]] = {}
        self._prefixes: set[str] = set()
        for entry in entries:
            for name in dict.fromkeys((entry.name, *(alias.name for alias in entry.aliases))):
                key = match_key(name)
                self._names.setdefault(key, []).append(_Name(entry, name, _needs_case(name)))
                self._prefixes.update(key[:length] for length in range(1, len(key) + 1))

    def find(self, text: str) -> Iterator[Match]:
        """Yield every match, overlapping ones too, by start, then end.

        A match begins and ends at a word's edge and crosses no line feed; a name is not found in
        front of a version number that it lacks. Time grows linearly with the text.
        """
        pieces = list(_PIECE.finditer(text))
        for first, piece in enumerate(pieces):
            if not _may_begin(text, piece):
                continue
            key = ""
            for index in range(first, len(pieces)):
                current = pieces[index]
                if index > first and not _joins(text, pieces[index - 1], current):
                    break
                key = _extended(key, current[0])
                if key not in self._prefixes:
                    break
                names = self._names.get(key)
                if names and _may_end(text, pieces, index):
                    surface = text[piece.start() : current.end()]
                    entries = {
                        name.entry.id: name.entry for name in names if _may_spell(name, surface)
                    }
                    start = _maths_start(text, piece.start(), surface)
                    for entry in entries.values():
                        yield Match(start, current.end(), entry)


def _maths_start(text: str, start: int, surface: str) -> int:
    r"""Where a name begins whose first sign stands in LaTeX maths.

    >>> _maths_start(r"use $\beta$-VAE", 6, "beta$-VAE")
    4
    """
    if surface.count("$") % 2 == 0:
        return start
    opening = _MATHS.search(text, max(0, start - 2), start)
    return opening.start() if opening else start


def _extended(key: str, piece: str) -> str:
    if piece[0] in "+#":
        return key + piece
    for token in key_tokens(piece):
        key += f"_{token}" if key[-1:].isdigit() and token[0].isdigit() else token
    return key


def _may_spell(name: _Name, surface: str) -> bool:
    """Tell whether a spelling of a name's key can mean the name.

    A dataset's name is a proper name: without a capital or digit it is common words ("natural
    questions"). An ampersand is written, as a sign or as "and".
    """
    if name.exact and not _same_case(name.name, surface):
        return False
    if "&" in name.name and "&" not in surface and " and " not in surface:
        return False
    proper = name.entry.type is EntityType.DATASET and " " in name.name
    return (
        not proper
        or name.name.islower()
        or not surface.islower()
        or _CJK.search(surface) is not None
    )


def _needs_case(name: str) -> bool:
    """Acronyms and capitalised single words are told from common words by their letter case."""
    if " " in name or _CJK.search(name):
        return False
    capitals = sum(character.isupper() for character in name)
    return capitals >= 1 and (len(name) <= 6 or capitals == 1 or name.isupper())


def _same_case(name: str, surface: str) -> bool:
    """Compare the capitals of two spellings of one key.

    >>> _same_case("LLM", "LLMs"), _same_case("CLIP", "clip"), _same_case("Adam", "adam")
    (True, False, False)
    """
    wanted = [character for character in name if character.isupper()]
    capitals = [character for character in surface if character.isupper()]
    if wanted == capitals:
        return True
    return len(wanted) < len(capitals) == sum(character.isalpha() for character in surface)


def _joins(text: str, left: re.Match[str], right: re.Match[str]) -> bool:
    return _GAP.fullmatch(text, left.end(), right.start()) is not None


def _may_begin(text: str, piece: re.Match[str]) -> bool:
    start = piece.start()
    if start == 0 or _CJK.match(piece[0]):
        return piece[0][0] not in "+#"
    before = text[start - 1]
    if before in "-‐‑–":
        return sum(character.isupper() for character in piece[0]) >= 2
    return piece[0][0] not in "+#" and (not before.isalnum() or bool(_CJK.match(before)))


def _may_end(text: str, pieces: list[re.Match[str]], index: int) -> bool:
    end = pieces[index].end()
    if index + 1 == len(pieces) or _CJK.match(pieces[index][0]):
        return True
    following = pieces[index + 1]
    gap = text[end : following.start()]
    if _CJK.match(following[0]):
        return True
    if gap == "":
        return False
    if gap in "-‐‑–":
        if following[0].isdigit():
            return False
        return following[0].lower() in _SUFFIXES or sum(c.isupper() for c in following[0]) >= 2
    return True


def telling(matches: Iterable[Match], text: str) -> Iterator[Match]:
    """Leave out matches that the text around them makes something else.

    A name that a shorter name of the same entry begins ("EEG data", "EEG") gives way to it unless
    more than common words follow ("LIDC-IDRI", "LIDC"), a name that is too general is none, and a
    lower-case modality inside a compound ("image patch") is no modality.
    """
    found = list(matches)
    shorter = {(match.start, match.entry.id): match.end for match in reversed(found)}
    for match in found:
        surface = text[match.start : match.end]
        rest = text[shorter[match.start, match.entry.id] : match.end]
        if rest and rest == rest.lower():
            continue
        if "_".join(key_tokens(surface)) in word_set("too_general"):
            continue
        if match.entry.type is EntityType.MODALITY and surface.islower():
            word = _NEXT_WORD.match(text, match.end)
            if word and not _ends_modality(word[1].lower()):
                continue
        yield match


def stands_for(entry: Entry, acronym: str, long_form: str) -> bool:
    """Tell whether an acronym that a paper defines can mean the entry that lists it.

    It cannot where the paper and the entry both spell it out and no name of the entry shares half
    of its words with the paper's long form, "recognize" and "recognition" being one word.

    >>> entry = Entry("cnn", EntityType.METHOD, "convolutional neural network")
    >>> stands_for(entry, "CNN", "convolution neural networks")
    True
    >>> stands_for(entry, "CNN", "category name normalization")
    False
    """
    key = match_key(acronym)
    if not abbreviates(key, long_form) or not any(abbreviates(key, name) for name in entry.names):
        return True
    return any(_alike(_stems(long_form), _stems(name)) for name in entry.names)


def _stems(name: str) -> set[str]:
    return {token[:_STEM] for token in key_tokens(name) if token not in _SMALL}


def _alike(first: set[str], second: set[str]) -> bool:
    shared = sum(
        any(one.startswith(other) or other.startswith(one) for other in second) for one in first
    )
    return 2 * shared >= min(len(first), len(second)) > 0


def _ends_modality(word: str) -> bool:
    return singular(word) in word_set("after_modality") or ends_term(word)


def mark_vocabulary(doc: Doc, index: VocabularyIndex) -> Doc:
    """Write the matches to ``doc.spans["vocabulary"]``, entry ids as ``span.kb_id_``.

    ``doc.user_data["entry_names"]`` keeps the canonical names by entry id. A listed acronym that
    the paper defines as something else is no match.
    """
    text = text_of(doc)
    forms = list(doc.spans["abbreviations"])
    long_forms = {
        match_key(short.text): long_form.text
        for long_form, short in zip(forms[::2], forms[1::2], strict=True)
    }
    spans = []
    names: dict[str, str] = {}
    for match in telling(index.find(text), text):
        surface = text[match.start : match.end]
        long_form = long_forms.get(match_key(surface))
        if long_form and not stands_for(match.entry, surface, long_form):
            continue
        names[match.entry.id] = match.entry.name
        span = doc.char_span(
            match.start, match.end, label=match.entry.type.value, kb_id=match.entry.id
        )
        if span is not None:
            spans.append(span)
    doc.spans["vocabulary"] = spans
    doc.user_data["entry_names"] = names
    return doc
