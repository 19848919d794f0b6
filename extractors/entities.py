"""Group the mentions of one paper into entities and name them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

from spacy.tokens import Doc

from extractors.confidence import confidence, confidence_with_model
from extractors.entity_types import retyped
from extractors.overlaps import TAGGER, Settled, settle, trusted_finds
from extractors.reading import has_cjk, mention_at, text_of
from extractors.rewordings import bracketed, reworded
from extractors.task_names import head_last
from ontology.names import key_tokens, match_key, singular
from ontology.records import Mention, Paper, PaperEntity
from ontology.terms import EntityType, Role

Definition = tuple[tuple[int, int], tuple[int, int]]
"""Spans of a long form and of its short form."""


_STEM = 6
"""Letters in which a verb and its noun agree ("detecting", "detection")."""


_WITH_BARE_HEADS = frozenset({EntityType.TASK.value, EntityType.MODALITY.value})


_ORDINARY = re.compile(r"[^\W\d_](?:[^\W\d_A-Z][^A-Z]*)?")
"""A word whose capital tells nothing: "Chest", but neither "X-ray" nor "LLM"."""


class _Groups:
    """Union-find over mention indices."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, index: int) -> int:
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def join(self, first: int, second: int) -> None:
        low, high = sorted((self.root(first), self.root(second)))
        self._parent[high] = low


def group(
    spans: Sequence[Settled],
    text: str,
    abbreviations: Sequence[Definition],
    translations: Sequence[Definition] = (),
) -> list[list[int]]:
    """Sort mentions into entities: same type and same spelling, entry, or defined abbreviation.

    ``abbreviations`` are pairs of spans (long form, short form), ``translations`` pairs of mentions
    that are one entity in two languages. Groups come by first mention.
    """
    groups = _Groups(len(spans))
    first: dict[tuple[str, str], int] = {}
    for index, span in enumerate(spans):
        keys = [match_key(text[span.start : span.end])]
        if span.entry:
            keys.append(f"\0{span.entry}")
        for key in keys:
            groups.join(first.setdefault((span.type, key), index), index)
    ending = {span.end: index for index, span in enumerate(spans)}
    for (_, long_end), (short_start, short_end) in abbreviations:
        long_form = ending.get(long_end)
        if long_form is not None:
            short = (spans[long_form].type, match_key(text[short_start:short_end]))
            if short in first:
                groups.join(long_form, first[short])
    long_forms = {
        match_key(text[short[0] : short[1]]): text[long_form[0] : long_form[1]]
        for long_form, short in abbreviations
    }
    for one, other in (
        *bracketed(spans, text),
        *reworded(spans, text, long_forms),
        *_translated(spans, translations),
    ):
        groups.join(one, other)
    _join_bare_heads(spans, text, groups)
    _join_verb_phrases(spans, text, groups)
    members: dict[int, list[int]] = {}
    for index in range(len(spans)):
        members.setdefault(groups.root(index), []).append(index)
    return list(members.values())


def _translated(
    spans: Sequence[Settled], translations: Sequence[Definition]
) -> Iterator[tuple[int, int]]:
    place = {(span.start, span.end): index for index, span in enumerate(spans)}
    for chinese, english in translations:
        one, other = place.get(chinese), place.get(english)
        if one is not None and other is not None and spans[one].type == spans[other].type:
            yield one, other


def typed_as_translated(
    spans: Sequence[Settled], translations: Sequence[Definition]
) -> list[Settled]:
    """Give Chinese mentions the type of the English ones that translate them."""
    types = {(span.start, span.end): span.type for span in spans}
    english = {one: types[other] for one, other in translations if other in types}
    return [span._replace(type=english.get((span.start, span.end), span.type)) for span in spans]


def _join_bare_heads(spans: Sequence[Settled], text: str, groups: _Groups) -> None:
    """A bare head joins what it heads.

    "segmentation" joins the task with that head that is named most, "images" the only modality.
    """
    specific: dict[tuple[str, str], Counter[int]] = {}
    bare: list[tuple[tuple[str, str], int]] = []
    for index, span in enumerate(spans):
        tokens = key_tokens(text[span.start : span.end])
        if span.type not in _WITH_BARE_HEADS or not tokens:
            continue
        key = (span.type, tokens[-1])
        if len(tokens) == 1:
            bare.append((key, index))
        else:
            specific.setdefault(key, Counter())[groups.root(index)] += 1
    for key, index in bare:
        counts = specific.get(key, Counter())
        if len(counts) == 1 or (counts and key[0] == EntityType.TASK.value):
            groups.join(index, max(counts, key=lambda root: (counts[root], -root)))


def _join_verb_phrases(spans: Sequence[Settled], text: str, groups: _Groups) -> None:
    """A verb phrase joins the task whose head is its verb's noun: "detect lesions", "detection"."""
    nouns: dict[str, dict[int, set[str]]] = {}
    verbs = []
    for index, span in enumerate(spans):
        if span.type != EntityType.TASK.value:
            continue
        tokens = key_tokens(text[span.start : span.end])
        if span.sources == ("verb",):
            verbs.append((index, tokens))
        elif tokens:
            roots = nouns.setdefault(tokens[-1][:_STEM], {})
            roots.setdefault(groups.root(index), set()).update(tokens[:-1])
    for index, tokens in verbs:
        rivals = nouns.get(tokens[0][:_STEM], {})
        shared = {root: len(words & set(tokens[1:])) for root, words in rivals.items()}
        best = max(shared, key=lambda root: (shared[root], -root), default=None)
        if best is not None and (shared[best] or len(shared) == 1):
            groups.join(index, best)


def canonical_name(
    forms: Sequence[str], entry_name: str, long_forms: Sequence[str], kind: EntityType
) -> str:
    """Name an entity of one paper: vocabulary name, else long form, else the commonest form.

    Tasks have their head last.

    >>> canonical_name(["LLMs"], "", ["Large Language Models"], EntityType.METHOD)
    'large language model'
    >>> canonical_name(["predicting torques"], "", [], EntityType.TASK)
    'torque prediction'
    """
    if entry_name:
        return entry_name
    if long_forms:
        name = conventional(long_forms[0])
        return head_last(name) if kind is EntityType.TASK else name
    if kind is EntityType.TASK:
        forms = [head_last(form) for form in forms]
    counts = Counter(forms)
    best = max(counts, key=lambda form: (counts[form], -forms.index(form)))
    lower = next((form for form in forms if form.islower() and form.lower() == best.lower()), best)
    return conventional(lower)


def spelled_out(form: str, long_of: Mapping[str, str]) -> str:
    """Write out the abbreviations of a paper within a longer form; ``long_of`` has them by key.

    >>> spelled_out("weakly supervised WSI analysis", {"wsi": "whole slide images"})
    'weakly supervised whole slide image analysis'
    """
    words = form.split()
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


def build_entities(
    paper: Paper,
    text: str,
    spans: Sequence[Settled],
    sentences: Sequence[tuple[int, int]],
    abbreviations: Sequence[Definition],
    entry_names: Mapping[str, str],
    *,
    translations: Sequence[Definition] = (),
    by_model: bool = False,
) -> tuple[PaperEntity, ...]:
    """Turn settled spans into the paper's entities, by first mention.

    ``entry_names`` gives the canonical names of vocabulary entries by id, ``translations`` the
    mentions that are one in two languages; ``by_model`` tells that the trained model has read the
    paper, too.
    """
    long_of = {
        match_key(text[short[0] : short[1]]): text[long_form[0] : long_form[1]]
        for long_form, short in abbreviations
    }
    entities = []
    for members in group(spans, text, abbreviations, translations):
        mentions = _mentions(paper, [spans[index] for index in members], sentences)
        forms = tuple(dict.fromkeys(mention.surface for mention in mentions))
        naming = _naming(members, spans, text)
        entry = next((spans[index].entry for index in naming if spans[index].entry), "")
        long_forms = [long_of[key] for form in forms if (key := match_key(form)) in long_of]
        sure = max(spans[index].probability for index in members)
        sources = sorted({source for index in members for source in spans[index].sources})
        kind = EntityType(spans[members[0]].type)
        entities.append(
            PaperEntity(
                type=kind,
                name=canonical_name(
                    [
                        spelled_out(text[spans[index].start : spans[index].end], long_of)
                        for index in naming
                    ],
                    entry_names.get(entry, ""),
                    long_forms,
                    kind,
                ),
                forms=forms,
                role=Role.MENTIONS,
                confidence=(
                    confidence_with_model(sources, len(mentions), sure, kind)
                    if by_model
                    else confidence(sources, len(mentions))
                ),
                mentions=mentions,
                sources=tuple(sources),
            )
        )
    return tuple(entities)


def _naming(members: Sequence[int], spans: Sequence[Settled], text: str) -> Sequence[int]:
    """The members that name a group.

    A Chinese name beside an English one does not, nor a bare head that joined a specific term.
    """
    english = [
        index for index in members if not has_cjk(text[spans[index].start : spans[index].end])
    ]
    members = english or members
    specific = [
        index
        for index in members
        if len(key_tokens(text[spans[index].start : spans[index].end])) > 1
    ]
    if spans[members[0]].type in _WITH_BARE_HEADS and specific:
        return specific
    return members


def _mentions(
    paper: Paper, spans: Sequence[Settled], sentences: Sequence[tuple[int, int]]
) -> tuple[Mention, ...]:
    return tuple(
        mention_at(
            paper,
            span.start,
            span.end,
            sentences[bisect_right(sentences, span.start, key=itemgetter(0)) - 1],
        )
        for span in spans
    )


def mark_entities(doc: Doc) -> Doc:
    """Write the entities of the paper to ``doc.user_data["entities"]``."""
    text = text_of(doc)
    forms = [(form.start_char, form.end_char) for form in doc.spans["definitions"]]
    abbreviations = list(zip(forms[::2], forms[1::2], strict=True))
    sentences = [(sentence.start_char, sentence.end_char) for sentence in doc.sents]
    translations = doc.user_data.get("translations", [])
    doc.user_data["entities"] = build_entities(
        doc.user_data["paper"],
        text,
        typed_as_translated(retyped(settle(trusted_finds(doc)), text), translations),
        sentences,
        abbreviations,
        doc.user_data["entry_names"],
        translations=translations,
        by_model=TAGGER in doc.spans,
    )
    return doc
