"""Chinese terms of titles, with the English names that the abstract or the vocabulary gives them."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Doc, Span

from extractors.chinese_reader import Reader, Term, read_title
from extractors.chinese_words import ChineseWords, Piece
from extractors.english_words import EnglishText
from extractors.overlaps import CHINESE
from extractors.reading import has_cjk, sentence_words, text_of
from extractors.weighing import settled_finds
from ontology.vocabulary.reader import Vocabulary

_LONGEST_TITLE = 400


def mark_chinese_terms(doc: Doc, words: ChineseWords, vocabulary: Vocabulary) -> Doc:
    """Write terms, and new mentions that say them in English, to ``doc.spans["chinese"]``.

    ``doc.user_data["translations"]`` pairs the spans of terms with English ones. Chinese names of
    the vocabulary that cut through a word or that a term renames are taken back.
    """
    title = doc.user_data["paper"].title[:_LONGEST_TITLE]
    doc.spans[CHINESE] = []
    doc.user_data["translations"] = []
    if not has_cjk(title):
        return doc
    reader = Reader(words, vocabulary, _abstract(doc), _latin_entries(doc))
    terms, pieces = read_title(title, words, reader)
    doc.spans["vocabulary"] = _names_left(doc, terms, pieces, len(title))
    doc.spans[CHINESE] = [span for term in terms for span in _spans(doc, term)]
    doc.user_data["translations"] = [
        ((term.start, term.end), term.english) for term in terms if term.english
    ]
    for term in terms:
        if term.identifier:
            name = vocabulary[term.entry].name if term.entry else term.name
            doc.user_data["entry_names"][term.identifier] = name
    return doc


def _names_left(
    doc: Doc, terms: Sequence[Term], pieces: Sequence[Piece], title_end: int
) -> list[Span]:
    edges = {edge for piece in pieces for edge in (piece.start, piece.end)}
    renamed = {(term.start, term.end) for term in terms}
    return [
        span
        for span in doc.spans["vocabulary"]
        if not has_cjk(span.text)
        or span.end_char > title_end
        or (
            {span.start_char, span.end_char} <= edges
            and (span.start_char, span.end_char) not in renamed
        )
    ]


def _spans(doc: Doc, term: Term) -> list[Span]:
    """A term, and where it is said in English; what runs over the end of a sentence is none."""
    spans = [doc.char_span(term.start, term.end, label=term.type, kb_id=term.identifier)]
    if term.english and not term.mentioned:
        spans.append(doc.char_span(*term.english, label=term.type))
    return [
        span
        for span in spans
        if span is not None and not any(token.is_sent_start for token in span[1:])
    ]


def _abstract(doc: Doc) -> EnglishText:
    text = text_of(doc)
    begin = len(doc.user_data["paper"].title)
    forms = [(form.start_char, form.end_char) for form in doc.spans["definitions"]]
    return EnglishText(
        text,
        [words for words in sentence_words(doc) if words[0].start > begin],
        [found for found in settled_finds(doc) if found.start > begin],
        list(zip(forms[::2], forms[1::2], strict=True)),
        [(form.start_char, form.end_char) for form in list(doc.spans["abbreviations"])[::2]],
    )


def _latin_entries(doc: Doc) -> dict[tuple[int, int], str]:
    return {
        (span.start_char, span.end_char): span.kb_id_
        for span in reversed(doc.spans["vocabulary"])
        if not has_cjk(span.text)
    }
