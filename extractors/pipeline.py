"""The pipeline that reads one paper: components, their order, and the way in and out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from extractors.abbreviations import mark_abbreviations
from extractors.chinese_terms import mark_chinese_terms
from extractors.chinese_words import ChineseWords
from extractors.coined_names import mark_coined_names
from extractors.descriptive_terms import mark_descriptive_terms
from extractors.entities import mark_entities
from extractors.given import group_given
from extractors.learned import judge_relations, judge_roles
from extractors.proper_names import mark_proper_names
from extractors.reading import FineTokenizer, joined_text
from extractors.relations import find_relations
from extractors.roles import assign_roles
from extractors.sentences import mark_sentences
from extractors.settings import RULES, Settings
from extractors.short_forms import mark_short_forms
from extractors.tagger import Tagger, keep_reading
from extractors.task_verbs import mark_task_verbs
from extractors.vocabulary_matcher import VocabularyIndex, mark_vocabulary
from ontology.records import AnnotatedPaper, Paper
from ontology.vocabulary.merging import vocabulary_with

Component = Callable[[Doc], Doc]


def load(settings: Settings = RULES) -> Language:
    """Build the pipeline; loading takes a second, reading a paper some milliseconds.

    Raises :class:`ontology.errors.VocabularyError` where a vocabulary file cannot be read, breaks
    a rule, or contradicts an earlier one, and :class:`ontology.errors.InputError` where the
    model cannot be used.
    """
    nlp = spacy.blank("en")
    nlp.tokenizer = FineTokenizer(nlp.vocab)
    nlp.add_pipe("litkg_sentences")
    nlp.add_pipe("litkg_abbreviations")
    vocabulary_files = [str(path) for path in settings.vocabulary]
    listed = {"vocabulary_files": vocabulary_files}
    nlp.add_pipe("litkg_vocabulary", config=listed)
    nlp.add_pipe("litkg_coined_names")
    nlp.add_pipe("litkg_proper_names")
    nlp.add_pipe("litkg_descriptive_terms")
    nlp.add_pipe("litkg_task_verbs")
    nlp.add_pipe("litkg_short_forms")
    if settings.model is None:
        nlp.add_pipe("litkg_chinese_terms", config=listed)
        nlp.add_pipe("litkg_entities")
        nlp.add_pipe("litkg_roles")
        nlp.add_pipe("litkg_relations")
        return nlp
    model = {"model": str(settings.model)}
    nlp.add_pipe("litkg_tagger", config=model)
    nlp.add_pipe("litkg_chinese_terms", config=listed)
    nlp.add_pipe("litkg_entities")
    nlp.add_pipe("litkg_learned_roles", config=model)
    nlp.add_pipe("litkg_learned_relations", config=model)
    return nlp


def annotate(paper: Paper, nlp: Language) -> AnnotatedPaper:
    """Read one paper; the result depends on its text and the pipeline only."""
    doc = read_with(paper, nlp)
    return AnnotatedPaper(paper, doc.user_data["entities"], doc.user_data["relations"])


def read_with(paper: Paper, nlp: Language) -> Doc:
    """Send one paper through the components; what each found stays on the Doc."""
    return _sent_through(paper, [component for _, component in nlp.pipeline], nlp)


def _sent_through(paper: Paper, components: Sequence[Component], nlp: Language) -> Doc:
    doc = nlp.tokenizer(joined_text(paper))
    doc.user_data["paper"] = paper
    for component in components:
        doc = component(doc)
    return doc


def regroup(annotated: AnnotatedPaper, nlp: Language) -> AnnotatedPaper:
    """Group and name the mentions of an annotated paper anew, as :func:`group_given` does."""
    names = nlp.pipe_names
    found = names[: names.index("litkg_entities")]
    doc = _sent_through(annotated.paper, [nlp.get_pipe(name) for name in found], nlp)
    return group_given(doc, annotated)


def annotate_all(papers: Iterable[Paper], nlp: Language) -> Iterator[AnnotatedPaper]:
    """Read papers one by one, in order."""
    for paper in papers:
        yield annotate(paper, nlp)


def _vocabulary_component(
    nlp: Language,  # noqa: ARG001  spaCy passes it
    name: str,  # noqa: ARG001  spaCy passes it
    vocabulary_files: list[str],
) -> Callable[[Doc], Doc]:
    vocabulary = vocabulary_with([Path(path) for path in vocabulary_files])
    return partial(mark_vocabulary, index=VocabularyIndex(vocabulary))


def _chinese_component(
    nlp: Language,  # noqa: ARG001  spaCy passes it
    name: str,  # noqa: ARG001  spaCy passes it
    vocabulary_files: list[str],
) -> Callable[[Doc], Doc]:
    vocabulary = vocabulary_with([Path(path) for path in vocabulary_files])
    return partial(mark_chinese_terms, words=ChineseWords(vocabulary), vocabulary=vocabulary)


@lru_cache(maxsize=2)
def _tagger(model: str) -> Tagger:
    # Three components share one model.
    return Tagger(Path(model))


def _with_tagger(component: Callable[[Doc, Tagger], Doc]) -> Callable[..., Callable[[Doc], Doc]]:
    def factory(
        nlp: Language,  # noqa: ARG001  spaCy passes it
        name: str,  # noqa: ARG001  spaCy passes it
        model: str,
    ) -> Callable[[Doc], Doc]:
        tagger = _tagger(model)
        return lambda doc: component(doc, tagger)

    return factory


def _assign_roles(doc: Doc) -> Doc:
    doc.user_data["entities"] = assign_roles(doc.user_data["paper"], doc.user_data["entities"])
    return doc


def _find_relations(doc: Doc) -> Doc:
    doc.user_data["relations"] = find_relations(doc.user_data["paper"], doc.user_data["entities"])
    return doc


Language.component("litkg_sentences", func=mark_sentences, assigns=["token.is_sent_start"])
Language.component("litkg_abbreviations", func=mark_abbreviations, assigns=["doc.spans"])
Language.factory(
    "litkg_vocabulary",
    func=_vocabulary_component,
    default_config={"vocabulary_files": []},
    assigns=["doc.spans"],
)
for _name, _component in (
    ("litkg_coined_names", mark_coined_names),
    ("litkg_proper_names", mark_proper_names),
    ("litkg_descriptive_terms", mark_descriptive_terms),
    ("litkg_task_verbs", mark_task_verbs),
):
    Language.component(
        _name, func=_component, requires=["token.is_sent_start"], assigns=["doc.spans"]
    )
Language.component("litkg_short_forms", func=mark_short_forms, assigns=["doc.spans"])
Language.factory(
    "litkg_chinese_terms",
    func=_chinese_component,
    default_config={"vocabulary_files": []},
    requires=["doc.spans"],
    assigns=["doc.spans"],
)
Language.component("litkg_entities", func=mark_entities, requires=["doc.spans"])
Language.component("litkg_roles", func=_assign_roles)
Language.component("litkg_relations", func=_find_relations)
Language.factory(
    "litkg_tagger",
    func=_with_tagger(keep_reading),
)
Language.factory("litkg_learned_roles", func=_with_tagger(judge_roles), requires=["doc.spans"])
Language.factory(
    "litkg_learned_relations", func=_with_tagger(judge_relations), requires=["doc.spans"]
)
