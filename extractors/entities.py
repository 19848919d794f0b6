"""Group the mentions of one paper into entities and name them."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

from spacy.tokens import Doc

from extractors.confidence import confidence, confidence_with_model
from extractors.entity_names import canonical_name, spelled_out
from extractors.entity_types import retyped
from extractors.overlaps import Settled
from extractors.reading import has_cjk, mention_at, text_of
from extractors.rewordings import bracketed, reworded
from extractors.same_entity import Named, likely_same
from extractors.weighing import settled_finds
from ontology.names import key_tokens, match_key, stem
from ontology.records import Mention, Paper, PaperEntity
from ontology.terms import EntityType, Role

Definition = tuple[tuple[int, int], tuple[int, int]]
"""Spans of a long form and of its short form."""


_WITH_BARE_HEADS = frozenset({EntityType.TASK.value, EntityType.MODALITY.value})


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


def _joined_likely(
    groups: Sequence[Sequence[int]],
    spans: Sequence[Settled],
    text: str,
    sentences: Sequence[tuple[int, int]],
    title_end: int,
) -> list[list[int]]:
    """Join the groups that are probably one entity under two names, by first mention."""
    named = [
        Named(
            type=spans[members[0]].type,
            forms=tuple(text[spans[index].start : spans[index].end] for index in members),
            sentences=frozenset(_sentence_of(spans[index], sentences) for index in members),
            in_title=spans[members[0]].start < title_end,
            entry=next((spans[index].entry for index in members if spans[index].entry), ""),
        )
        for members in groups
    ]
    joined = _Groups(len(groups))
    for first, second in likely_same(named):
        joined.join(first, second)
    members_of: dict[int, list[int]] = {}
    for place, members in enumerate(groups):
        members_of.setdefault(joined.root(place), []).extend(members)
    return [sorted(members) for members in members_of.values()]


def _sentence_of(span: Settled, sentences: Sequence[tuple[int, int]]) -> int:
    return bisect_right(sentences, span.start, key=itemgetter(0)) - 1


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
            roots = nouns.setdefault(stem(tokens[-1]), {})
            roots.setdefault(groups.root(index), set()).update(tokens[:-1])
    for index, tokens in verbs:
        rivals = nouns.get(stem(tokens[0]), {})
        shared = {root: len(words & set(tokens[1:])) for root, words in rivals.items()}
        best = max(shared, key=lambda root: (shared[root], -root), default=None)
        if best is not None and (shared[best] or len(shared) == 1):
            groups.join(index, best)


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
    groups = group(spans, text, abbreviations, translations)
    for members in _joined_likely(groups, spans, text, sentences, len(paper.title)):
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
            sentences[_sentence_of(span, sentences)],
        )
        for span in spans
    )


def entities_of(
    doc: Doc, spans: Sequence[Settled], *, by_model: bool = False
) -> tuple[PaperEntity, ...]:
    """The entities that settled spans name, by the abbreviations and the vocabulary of the Doc."""
    forms = [(form.start_char, form.end_char) for form in doc.spans["definitions"]]
    return build_entities(
        doc.user_data["paper"],
        text_of(doc),
        spans,
        [(sentence.start_char, sentence.end_char) for sentence in doc.sents],
        list(zip(forms[::2], forms[1::2], strict=True)),
        doc.user_data["entry_names"],
        translations=doc.user_data.get("translations", []),
        by_model=by_model,
    )


def mark_entities(doc: Doc) -> Doc:
    """Write the entities of the paper to ``doc.user_data["entities"]``."""
    spans = typed_as_translated(
        retyped(settled_finds(doc), text_of(doc)), doc.user_data.get("translations", [])
    )
    doc.user_data["entities"] = entities_of(doc, spans, by_model="reading" in doc.user_data)
    return doc
