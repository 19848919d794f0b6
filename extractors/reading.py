"""One paper as one spaCy Doc: tokens, words, sentences, and the way back to fields and offsets.

The Doc's text is the title, one line feed, and the abstract. Tokens are fine (letters, digits and
single signs apart), so that a span of the Doc can begin and end wherever a name does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from spacy.tokens import Doc
from spacy.vocab import Vocab

from ontology.records import Field, Mention, Paper

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Character ranges of Chinese and Japanese script, for use inside a regular expression class."""

_HAS_CJK = re.compile(rf"[{CJK}]")
_TOKEN = re.compile(rf"[{CJK}]|[^\W\d_{CJK}]+|\d+|\s|.", re.DOTALL)
_WORD = re.compile(
    rf"[{CJK}]"
    r"|(?<![\w*])[A-Z]{1,4}\*(?![\w*])"  # A*, RRT*; other stars are Markdown
    rf"|[^\W_{CJK}]+"
    rf"(?:(?:[-‐‑–'’/_.@&]|\+(?=\w))[^\W_{CJK}]+|\$[\\^_{{}}\w]{{1,16}}\$[^\W_{CJK}]*)*\+*"
    r"|[^\w\s]|_",
)


class Word(NamedTuple):
    """A word as printed, compounds with hyphens whole, or one sign; offsets in the Doc's text."""

    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """The word in lower case."""
        return self.text.lower()


class FineTokenizer:
    """Split any text into letters, digits and signs without losing a character."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Tokenize; ``doc.text == text`` holds for every string without lone surrogates."""
        words: list[str] = []
        spaces: list[bool] = []
        for piece in _TOKEN.findall(text):
            if piece == " " and spaces and not spaces[-1]:
                spaces[-1] = True
            else:
                words.append(piece)
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces, user_data={"text": text})


def has_cjk(text: str) -> bool:
    """Tell whether a text holds a Chinese or Japanese character.

    >>> has_cjk("3D 分割"), has_cjk("U-Net")
    (True, False)
    """
    return _HAS_CJK.search(text) is not None


def joined_text(paper: Paper) -> str:
    """The text of a paper's Doc."""
    return f"{paper.title}\n{paper.abstract}"


def split_words(text: str) -> tuple[Word, ...]:
    """Split a text into words and single signs.

    >>> [word.text for word in split_words("We train U-Net++ on CIFAR-10 (20%).")]
    ['We', 'train', 'U-Net++', 'on', 'CIFAR-10', '(', '20', '%', ')', '.']
    >>> [word.text for word in split_words("**MedVR**, RRT* and D$^2$4FAD")]
    ['*', '*', 'MedVR', '*', '*', ',', 'RRT*', 'and', 'D$^2$4FAD']
    """
    return tuple(Word(match[0], match.start(), match.end()) for match in _WORD.finditer(text))


def text_of(doc: Doc) -> str:
    """The Doc's text without joining its tokens again."""
    text: str = doc.user_data["text"]
    return text


def words_of(doc: Doc) -> tuple[Word, ...]:
    """All words of the Doc, split once."""
    if "words" not in doc.user_data:
        doc.user_data["words"] = split_words(text_of(doc))
    words: tuple[Word, ...] = doc.user_data["words"]
    return words


def sentence_words(doc: Doc) -> list[tuple[Word, ...]]:
    """Words of each sentence, in text order; sentences without words are left out."""
    if "sentence_words" not in doc.user_data:
        ends = [sentence.end_char for sentence in doc.sents]
        doc.user_data["sentence_words"] = list(_by_sentence(words_of(doc), ends))
    found: list[tuple[Word, ...]] = doc.user_data["sentence_words"]
    return found


def _by_sentence(words: Sequence[Word], ends: Sequence[int]) -> Iterator[tuple[Word, ...]]:
    position = 0
    for end in ends:
        first = position
        while position < len(words) and words[position].start < end:
            position += 1
        if position > first:
            yield tuple(words[first:position])


def mention_at(paper: Paper, start: int, end: int, sentence: tuple[int, int]) -> Mention:
    """Bring a span of the Doc's text, with its sentence's span, to the field that holds it."""
    shift = len(paper.title) + 1
    field: Field = "title" if start < shift else "abstract"
    base = 0 if field == "title" else shift
    text = paper.text(field)
    sentence_start = max(sentence[0] - base, 0)
    sentence_end = min(sentence[1] - base, len(text))
    return Mention(
        field=field,
        start=start - base,
        end=end - base,
        surface=text[start - base : end - base],
        sentence_start=sentence_start,
        sentence_end=sentence_end,
    )
