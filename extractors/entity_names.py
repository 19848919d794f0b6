"""The canonical name of an entity within one paper, by the conventions of the annotation guidelines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from extractors.task_names import head_last
from ontology.names import abbreviates, match_key, plain_text, singular
from ontology.terms import EntityType

_ORDINARY = re.compile(r"[^\W\d_](?:[^\W\d_A-Z][^A-Z]*)?")
"""A word whose capital tells nothing: "Chest", but neither "X-ray" nor "LLM"."""
_BRACKETED = re.compile(r"(?<=\w) ?\([^()]*\)(?=[ -]|$)")
_TRAINED = re.compile(r"(.*\b(?:fine-?tun|pre-?train))(?:e|ed|es|s)", re.IGNORECASE)
"""A way of training in a verb's form."""
_ATTRIBUTE = re.compile(
    r"(?:.*[ -])?(?:(?:un|self-?|semi-?|weakly )?supervised|(?:zero|one|few)-shot)", re.IGNORECASE
)
"""A way of learning that stands without its noun."""


def canonical_name(
    forms: Sequence[str], entry_name: str, long_forms: Sequence[str], kind: EntityType
) -> str:
    """Name an entity of one paper: vocabulary name, else long form, else the first form.

    Activities have their head last, ways of learning their noun.

    >>> canonical_name(["LLMs"], "", ["Large Language Models"], EntityType.METHOD)
    'large language model'
    >>> canonical_name(["predicting torques"], "", [], EntityType.TASK)
    'torque prediction'
    >>> canonical_name(["Self-supervised"], "", [], EntityType.METHOD)
    'self-supervised learning'
    """
    if entry_name:
        return entry_name
    plain = [_plain(form, kind) for form in (long_forms or _written_out(forms, kind) or forms)]
    key = match_key(plain[0])
    return conventional(
        next((form for form in plain if form.islower() and match_key(form) == key), plain[0])
    )


def _written_out(forms: Sequence[str], kind: EntityType) -> Sequence[str]:
    """The forms that a first form abbreviates although the paper does not say so.

    Methods and datasets are known by the short names that their papers give them.
    """
    if kind in (EntityType.METHOD, EntityType.DATASET):
        return ()
    short = match_key(forms[0])
    return [
        form
        for form in forms[1:]
        if sum(character.isupper() for character in forms[0]) * 2 > len(forms[0])
        and len(form.split()) > 1
        and abbreviates(short, form)
    ]


def _plain(form: str, kind: EntityType) -> str:
    """A form without markup and inserted brackets, its head last."""
    plain = _BRACKETED.sub("", plain_text(form)) or form
    if kind in (EntityType.TASK, EntityType.METHOD):
        plain = head_last(plain, kind)
    if kind is EntityType.METHOD and _ATTRIBUTE.fullmatch(plain):
        return f"{plain} learning"
    if kind is EntityType.METHOD and (trained := _TRAINED.fullmatch(plain)):
        return f"{trained[1]}ing"
    return plain


def spelled_out(form: str, long_of: Mapping[str, str]) -> str:
    """Write out the abbreviations of a paper within a longer form; ``long_of`` has them by key.

    >>> spelled_out("weakly supervised WSI analysis", {"wsi": "whole slide images"})
    'weakly supervised whole slide image analysis'
    """
    words = _BRACKETED.sub("", form).split()
    if len(words) < 2 or not long_of:
        return form
    long_forms = (long_of.get(match_key(word)) for word in words)
    return " ".join(
        word if long_form is None else conventional(long_form)
        for word, long_form in zip(words, long_forms, strict=True)
    )


def conventional(form: str) -> str:
    """Singular, lower case except words with odd capitals or digits.

    >>> conventional("Vision Transformers"), conventional("GPT-4o"), conventional("BERT models")
    ('vision transformer', 'GPT-4o', 'BERT model')
    """
    words = form.split()
    if not words:
        return form
    if len(words) > 1:
        words = [word.lower() if _ORDINARY.fullmatch(word) else word for word in words]
    words[-1] = singular(words[-1])
    return " ".join(words)
