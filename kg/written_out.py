"""Acronyms of the vocabulary inside longer names: "monocular SLAM", written out."""

from __future__ import annotations

import re
from functools import lru_cache

from ontology.names import abbreviates, match_key
from ontology.vocabulary.reader import Vocabulary

_ACRONYM = re.compile(r"([A-Za-z0-9]*[A-Z]{2}[A-Za-z0-9]*?)s?")
_SHORTEST = 3


@lru_cache(maxsize=1_000)
def written_out(name: str, vocabulary: Vocabulary) -> str:
    """The name of several words with its acronyms written out; empty where it has none.

    An acronym is written out that one entry of the vocabulary alone, of whatever type, has.

    >>> from ontology.vocabulary.reader import shipped_vocabulary
    >>> written_out("pre-trained CNNs", shipped_vocabulary())
    'pre-trained convolutional neural network'
    """
    words = name.split()
    if len(words) < 2 or name.islower():
        return ""
    long_forms = _long_forms(vocabulary)
    written = [
        long_forms.get(match_key(match[1]), word) if (match := _ACRONYM.fullmatch(word)) else word
        for word in words
    ]
    return " ".join(written) if written != words else ""


@lru_cache(maxsize=2)
def _long_forms(vocabulary: Vocabulary) -> dict[str, str]:
    owners: dict[str, set[str]] = {}
    for entry in vocabulary:
        for name in entry.names:
            if len(name) >= _SHORTEST and _ACRONYM.fullmatch(name):
                owners.setdefault(match_key(name), set()).add(entry.name)
    return {
        acronym: long_form
        for acronym, names in owners.items()
        if len(names) == 1
        for long_form in names
        if " " in long_form and abbreviates(acronym, long_form)
    }
