"""Read a Chinese title against its English abstract: the terms, and what they are in English.

A term is a row of known words that ends with a head word ("少样本 + 异常 + 检测") and that no
function word, sign or unknown character breaks. It is named

1. by the mention of the abstract that says the same words in English,
2. by other words of the abstract that do, which become a mention,
3. by its English words one by one, where vocabulary or abstract have nearly all of them,
4. as the title has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import NamedTuple

from extractors.chinese_words import ChineseWords, Piece, rows
from extractors.english_words import EnglishText, Phrase, Reading, roots
from extractors.reading import split_words
from extractors.word_lists import word_set
from ontology.names import match_key, singular
from ontology.terms import EntityType
from ontology.vocabulary.reader import Entry, Vocabulary

_TASK, _METHOD, _MODALITY = (
    EntityType.TASK.value,
    EntityType.METHOD.value,
    EntityType.MODALITY.value,
)
_MOST_PIECES = 8
_MOST_NAMES = 200
_NOUN = re.compile(r"(?:ion|ing|ment|sis|ery|al|ance|ence|ure|graphy|metry)$")
_MODELS = ("模型", "网络", "智能体", "学习")
"""Endings of methods that stand beside a task rather than within its name."""


class Term(NamedTuple):
    """A term of the title; offsets in the text.

    ``entry`` is a vocabulary id, ``name`` the English name where there is no entry, ``english`` the
    span of the abstract that says the same, and ``mentioned`` whether that is a mention already.
    """

    start: int
    end: int
    type: str
    entry: str = ""
    name: str = ""
    english: tuple[int, int] | None = None
    mentioned: bool = False

    @property
    def identifier(self) -> str:
        """What ``span.kb_id_`` holds: terms with one English name share it."""
        return self.entry or (f"composed:{self.name}" if self.name else "")


class Reader:
    """Reads one title against its abstract."""

    def __init__(
        self,
        words: ChineseWords,
        vocabulary: Vocabulary,
        english: EnglishText,
        latin: dict[tuple[int, int], str],
    ) -> None:
        self._words = words
        self._vocabulary = vocabulary
        self._english = english
        self._latin = latin  # entry ids of Latin names in the title by span
        self._readings: dict[Piece, tuple[Reading, ...]] = {}

    def terms(self, pieces: Sequence[Piece], *, cut_off: bool) -> Iterator[Term]:
        """Terms of a row of words that nothing breaks, in no order.

        ``cut_off`` tells that an unknown character stands beside it, so that only what the abstract
        says is sure to be whole.
        """
        begin = 0
        for first, last, term in self._said(pieces):
            yield term
            if self._seam(pieces[begin:], first - begin):
                yield from self._unsaid(pieces[begin:first])
            begin = last
        if not cut_off:
            yield from self._unsaid(pieces[begin:])

    def _unsaid(self, pieces: Sequence[Piece]) -> Iterator[Term]:
        """Terms that the abstract does not say in words that stand together."""
        begin = 0
        for cut in range(1, len(pieces) + 1):
            if cut == len(pieces) or self._seam(pieces[begin:], cut - begin):
                row = self._without_generic_head(pieces[begin:cut])
                if row and (term := self._last_term(row)):
                    yield term
                begin = cut

    def name_in_other_words(self, piece: Piece) -> Term | None:
        """A single name as the mention of the abstract that says the same."""
        listed = self._words.entry(piece.word) is not None
        if piece.latin or not (listed or (len(piece.word) > 2 and self._type([piece]))):
            return None
        phrase = self._english.mention_of([self._read(piece)])
        return _as_mentioned(piece.start, piece.end, phrase) if phrase else None

    def _said(self, pieces: Sequence[Piece]) -> list[tuple[int, int, Term]]:
        """Terms of several words that the abstract says, the longest of those that overlap."""
        found: list[tuple[int, int, Term]] = []
        for length in range(min(len(pieces), _MOST_PIECES), 1, -1):
            for first in range(len(pieces) - length + 1):
                last = first + length
                if any(first < end and begin < last for begin, end, _ in found):
                    continue
                if term := self._said_alike(pieces[first:last], to_end=last == len(pieces)):
                    found.append((first, last, term))
        return sorted(found)

    def _said_alike(self, row: Sequence[Piece], *, to_end: bool) -> Term | None:
        verb = to_end and self._words.is_head(row[0].word, _TASK)
        if not verb and not self._is_term(row):
            return None
        parts = [self._read(piece) for piece in row]
        start, end = row[0].start, row[-1].end
        phrase = self._english.mention_of(parts)
        if phrase and (self._is_term(row) or phrase.type == _TASK):
            return _as_mentioned(start, end, phrase)
        words = self._english.words_of(parts) if self._is_term(row) else None
        return Term(start, end, self._type(row), english=words) if words else None

    def _seam(self, pieces: Sequence[Piece], cut: int) -> bool:
        """Whether two terms meet: a task and a model, or a model and what it is used for."""
        left, right = pieces[:cut], pieces[cut:]
        if not left or not right:
            return False
        before, after = left[-1], right[0]
        ending = self._type(right)
        if self._is_model(before) and ending and not self._words.is_generic(after.word):
            whole = len(right) > 1 or len(after.word) > 2 or bool(self._words.entry(after.word))
            return whole and (ending == _TASK or not before.word.endswith("学习"))
        listed = self._words.entry(after.word, _METHOD) is not None and len(after.word) > 3
        return (
            cut == len(pieces) - 1
            and (listed or self._is_model(after))
            and self._type(left) == _TASK
            and (len(left) > 1 or len(before.word) > 3)
        )

    def _is_model(self, piece: Piece) -> bool:
        if piece.latin:
            entry = self._latin.get((piece.start, piece.end), "")
            return entry.startswith(("method:", "dataset:"))
        return piece.word.endswith(_MODELS) and self._words.entry(piece.word, _METHOD) is not None

    def _is_term(self, row: Sequence[Piece]) -> bool:
        chinese = any(not piece.latin for piece in row)
        return chinese and bool(self._type(row)) and row[0].word not in word_set("chinese_praise")

    def _type(self, row: Sequence[Piece]) -> str:
        last = row[-1]
        if last.latin:
            return self._latin.get((last.start, last.end), "").partition(":")[0].capitalize()
        return self._words.type(last.word)

    def _without_generic_head(self, pieces: Sequence[Piece]) -> Sequence[Piece]:
        """Leave "model" off "image segmentation model", but not off "graph model"."""
        if len(pieces) > 1 and self._words.is_generic(pieces[-1].word):
            before = pieces[-2]
            if self._type(pieces[:-1]) == _TASK and (len(pieces) > 2 or len(before.word) > 2):
                return pieces[:-1]
            if self._is_model(before):
                return pieces[:-1]
        return pieces

    def _last_term(self, row: Sequence[Piece]) -> Term | None:
        """The longest term at the end of a row that has an English name, else the whole row."""
        row = self._from_first_noun(row)
        if len(row) < 2 or not self._is_term(row) or self._only_adds_data(row):
            return None
        for start in range(len(row) - 1):
            if found := self._in_english(row[start:]):
                return found
        heads_alone = all(self._words.is_head(piece.word) for piece in row)
        if heads_alone or len(row) > _MOST_PIECES // 2:
            return None
        return Term(row[0].start, row[-1].end, self._type(row))

    def _from_first_noun(self, row: Sequence[Piece]) -> Sequence[Piece]:
        """Leave out praise, and a verb before data that it makes ("合成 + 图像")."""
        kind = self._type(row)
        for first, piece in enumerate(row):
            verb = kind == _MODALITY and self._words.is_head(piece.word, _TASK)
            if piece.word not in word_set("chinese_praise") and not verb:
                return row[first:]
        return ()

    def _in_english(self, row: Sequence[Piece]) -> Term | None:
        """A row as a term where its words make a name that is listed, or that most confirm."""
        if len(row) > _MOST_PIECES or not self._is_term(row):
            return None
        kind = self._type(row)
        entry = self._listed(row, EntityType(kind))
        name = "" if entry else self._composed(row)
        if not entry and not name:
            return None
        return Term(row[0].start, row[-1].end, kind, entry.id if entry else "", name)

    def _listed(self, row: Sequence[Piece], kind: EntityType) -> Entry | None:
        """The vocabulary entry that the English words of a row name in their order."""
        choices = [
            (piece.text,) if piece.latin else self._words.english(piece.word) for piece in row
        ]
        for names in islice(product(*choices), _MOST_NAMES):
            if entry := self._vocabulary.find(kind, " ".join(names)):
                return entry
        return None

    def _only_adds_data(self, row: Sequence[Piece]) -> bool:
        """Whether a row only adds "data" to a listed modality."""
        before = row[-2]
        modality = self._words.entry(before.word, _MODALITY) is not None or self._latin.get(
            (before.start, before.end), ""
        ).startswith("modality:")
        return row[-1].word == "数据" and modality

    def _composed(self, row: Sequence[Piece]) -> str:
        """English words in the order of the Chinese ones, where most are confirmed."""
        names = []
        doubtful = 0
        for piece in row:
            name, confirmed = self._named(piece, is_head=piece is row[-1])
            if not name or (piece is row[-1] and not confirmed):
                return ""
            doubtful += 0 if confirmed else piece.end - piece.start
            names.append(name)
        return " ".join(names) if 2 * doubtful < row[-1].end - row[0].start else ""

    def _named(self, piece: Piece, *, is_head: bool) -> tuple[str, bool]:
        """The English for one word and whether vocabulary or abstract confirm it."""
        if piece.latin:
            entry_id = self._latin.get((piece.start, piece.end), "")
            return (self._vocabulary[entry_id].name if entry_id else piece.text), True
        entry = self._words.entry(piece.word)
        if entry is not None and len(piece.word) > 2:
            said = None if self._english.says(entry.name) else self.name_in_other_words(piece)
            return (
                self._english.name_at(said.english) if said and said.english else entry.name
            ), True
        english = self._words.english(piece.word)
        confirmed = [one for one in english if self._english.says(one)]
        fitting = [
            one
            for one in confirmed
            if one == english[0] or (_NOUN.search(one) if is_head else one == singular(one))
        ]
        return next(iter((*fitting, *english)), ""), bool(confirmed)

    def _read(self, piece: Piece) -> tuple[Reading, ...]:
        if piece not in self._readings:
            self._readings[piece] = self._read_new(piece)
        return self._readings[piece]

    def _read_new(self, piece: Piece) -> tuple[Reading, ...]:
        if not piece.latin:
            return self._words.readings(piece.word)
        names = [piece.word, self._english.long_forms.get(match_key(piece.word), "")]
        if entry := self._latin.get((piece.start, piece.end), ""):
            listed = self._vocabulary[entry]
            names += [listed.name, *(a.name for a in listed.aliases if a.language == "en")]
        return tuple(dict.fromkeys(one for name in names if (one := roots(name))))


def _as_mentioned(start: int, end: int, phrase: Phrase) -> Term:
    return Term(start, end, phrase.type, phrase.entry, "", (phrase.start, phrase.end), True)


def unbroken(
    pieces: Sequence[Piece], words: ChineseWords
) -> Iterator[tuple[tuple[Piece, ...], bool]]:
    """Rows of pieces that no function word or unknown character breaks.

    With each goes whether an unknown character stands next to it: it may be a part of a longer term.
    """
    row: list[Piece] = []
    cut_off = False
    for piece in pieces:
        if not words.parts_terms(piece):
            row.append(piece)
            continue
        if row:
            yield tuple(row), cut_off or not piece.known
        row = []
        cut_off = not piece.known
    if row:
        yield tuple(row), cut_off


def read_title(title: str, words: ChineseWords, reader: Reader) -> tuple[list[Term], list[Piece]]:
    """The terms of a title in text order, and its words."""
    split = [words.split(row) for row in rows(split_words(title))]
    terms = [
        term
        for row in split
        for part, cut_off in unbroken(row, words)
        for term in reader.terms(part, cut_off=cut_off)
    ]
    pieces = [piece for row in split for piece in row]
    for piece in pieces:
        if not any(term.start <= piece.start and piece.end <= term.end for term in terms):
            term = reader.name_in_other_words(piece)
            terms += [term] if term else []
    return sorted(terms, key=lambda term: term.start), pieces
