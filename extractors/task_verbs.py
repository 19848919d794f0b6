"""Tasks stated as verb phrases ("predicting survival outcomes")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spacy.tokens import Doc

from extractors.descriptive_terms import Term, is_boundary
from extractors.reading import Word, sentence_words
from extractors.word_lists import word_set
from ontology.terms import EntityType

_NO_TASK_BEFORE = frozenset(
    "by we while further then not without also they it that when via".split()
)


def task_phrases(words: Sequence[Word]) -> Iterator[Term]:
    """Yield verb phrases of one sentence that state a task, from verb to the object's last word.

    >>> from extractors.reading import split_words
    >>> text = "A model for predicting the survival time."
    >>> [text[term.start : term.end] for term in task_phrases(split_words(text))]
    ['predicting the survival time']
    """
    verbs = word_set("task_verbs")
    skipped = word_set("object_openers")
    for index, word in enumerate(words):
        if word.lower not in verbs or (index and words[index - 1].lower in _NO_TASK_BEFORE):
            continue
        first = index + 1
        while first < len(words) and words[first].lower in skipped:
            first += 1
        end = first
        while end < len(words) and end - first < 6 and not is_boundary(words[end]):
            end += 1
        if end > first:
            yield Term(word.start, words[end - 1].end, EntityType.TASK.value)


def mark_task_verbs(doc: Doc) -> Doc:
    """Write the phrases to ``doc.spans["verb"]`` (spaCy component)."""
    found = (term for words in sentence_words(doc) for term in task_phrases(words))
    spans = (doc.char_span(term.start, term.end, label=term.type) for term in found)
    doc.spans["verb"] = [span for span in spans if span is not None]
    return doc
