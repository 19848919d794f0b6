"""One paper through the whole pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spacy.vocab import Vocab

from extractors.entity_names import canonical_name, conventional
from extractors.pipeline import annotate, annotate_all, load
from extractors.reading import FineTokenizer
from extractors.settings import Settings, fingerprint
from ontology.errors import VocabularyError
from ontology.records import AnnotatedPaper, Paper
from ontology.terms import EntityType

NLP = load()
ORDER = {"title": 0, "abstract": 1}


def read(title: str, abstract: str = "") -> AnnotatedPaper:
    return annotate(Paper("p", title, abstract), NLP)


def names(annotated: AnnotatedPaper) -> list[tuple[str, str]]:
    return [(entity.type.value, entity.name) for entity in annotated.entities]


def assert_offsets_hold(annotated: AnnotatedPaper) -> None:
    for entity in annotated.entities:
        places = [(ORDER[m.field], m.start, m.end) for m in entity.mentions]
        assert places == sorted(set(places))
        assert entity.forms == tuple(dict.fromkeys(m.surface for m in entity.mentions))
        assert 0 <= entity.confidence <= 1
        for mention in entity.mentions:
            text = annotated.paper.text(mention.field)
            assert mention.surface == text[mention.start : mention.end]
            assert mention.surface == mention.surface.strip() != ""
            assert 0 <= mention.sentence_start <= mention.start
            assert mention.end <= mention.sentence_end <= len(text)


def test_a_small_paper_is_read_whole():
    """Names, abbreviations, terms and bare heads meet in the right entities."""
    annotated = read(
        "FooNet: a network for kidney segmentation",
        "Kidney segmentation in computed tomography (CT) is hard. We propose FooNet, a convolutional"
        " neural network (CNN). FooNet beats U-Net on ImageNet. On CT, segmentation with CNNs wins.",
    )
    assert [
        ("Method", "FooNet"),
        ("Task", "kidney segmentation"),
        ("Modality", "computed tomography"),
        ("Method", "convolutional neural network"),
        ("Method", "U-Net"),
        ("Dataset", "ImageNet"),
    ] == names(annotated)
    forms = {entity.name: entity.forms for entity in annotated.entities}
    assert ("computed tomography", "CT") == forms["computed tomography"]
    assert ("convolutional neural network", "CNN", "CNNs") == forms["convolutional neural network"]
    assert ("kidney segmentation", "Kidney segmentation", "segmentation") == forms[
        "kidney segmentation"
    ]
    assert_offsets_hold(annotated)


def test_verb_phrases_join_the_task_that_they_state():
    """ "detecting X" and "X detection" are one task."""
    annotated = read("Gas leak detection", "We aim at detecting gas leaks.")
    assert [("Task", "gas leak detection")] == names(annotated)
    assert ("Gas leak detection", "detecting gas leaks") == annotated.entities[0].forms


def test_chinese_titles_yield_vocabulary_and_latin_names():
    """CJK names match by characters and carry the vocabulary's English name."""
    found = names(read("基于流匹配的U-Net分割"))
    assert ("Method", "flow matching") in found
    assert ("Method", "U-Net") in found


@pytest.mark.parametrize(
    ("title", "abstract"),
    [
        ("", ""),
        ("\n", "\n\n"),
        ("", "$%^&* (((( )))) ---- ++++ ////"),
        ("流匹配", "流匹配" * 50),
        ("e\u0301 (E\u0301E\u0301)", "\u0301\u0301 naïve U\u0301-Net 👩‍🔬-based GPT\u20e3-4"),
        ("ﬁne-tuning ǅ İstanbul ẞ", "(ß) straße (SS) İİ (İI)"),
        ("A" * 3000, "(" * 3000 + ")" * 3000),
        ("\\textbf{F}oo", "We introduce $\\beta$-VAE++, a **model** called `X`."),
    ],
)
def test_hostile_texts_keep_their_offsets(title, abstract):
    """Empty fields, signs only, CJK, combining marks, emoji and case oddities do no harm."""
    assert_offsets_hold(read(title, abstract))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=200))
def test_offsets_hold_for_every_text(title, abstract):
    """``text[start:end] == surface`` whatever the text."""
    assert_offsets_hold(read(title, abstract))


_PIECES = st.sampled_from(
    ["We introduce ", "FooNet", ", a ", "deep network", " (DN)", "\n", ". ", "流匹配", "CT", "-based ",
     "image", "s ", "é\u0301", "😀", "segmentation", " of ", "BERT", "-2", "detecting ", "on ", "İ"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(_PIECES, max_size=6), st.lists(_PIECES, max_size=25))
@example(["流匹配", "\n", "CT"], [])
def test_offsets_hold_for_texts_made_of_names(title, abstract):
    """Texts full of names, in any arrangement, keep offsets and give the same result twice."""
    annotated = read("".join(title), "".join(abstract))
    assert_offsets_hold(annotated)
    assert annotated == read("".join(title), "".join(abstract))


@given(st.text())
def test_the_tokenizer_loses_no_character(text):
    """The Doc's text is the text."""
    assert text == FineTokenizer(Vocab())(text).text


@pytest.mark.parametrize(
    ("piece", "length"),
    [
        ("a", 500_000),
        ("(", 500_000),
        (".", 500_000),
        ("of words ", 500_000),
        ("GPT-4, ", 20_000),
        ("deep networks (DN) for CT. ", 20_000),
        ("流匹配", 20_000),
    ],
)
def test_very_long_abstracts_are_read(piece, length):
    """Nothing is cut off, and offsets stay exact."""
    assert_offsets_hold(read("A title", (piece * length)[:length]))


def test_papers_come_back_in_order():
    """``annotate_all`` keeps order and never mixes papers."""
    papers = [Paper(str(number), f"Net{number}X: a model", "") for number in range(5)]
    assert [annotate(paper, NLP) for paper in papers] == list(annotate_all(papers, NLP))


def test_another_pipeline_gives_the_same_result():
    """Nothing depends on what a pipeline has read before."""
    paper = Paper("p", "FooNet: image segmentation", "We train FooNet with Adam on CT scans.")
    assert annotate(paper, load()) == annotate(paper, NLP)


def test_a_users_vocabulary_is_read_too(tmp_path: Path):
    """Further files add names; the fingerprint changes with their content."""
    file = tmp_path / "mine.tsv"
    header = "id\ttype\tname\taliases\tbroader\tnote\n"
    file.write_text(
        header + "task:frobbing\tTask\tgentle frobbing\tsoft frobbing\t\t\n", encoding="utf-8"
    )
    mine = Settings(vocabulary=(file,))
    annotated = annotate(Paper("p", "On Soft Frobbings", ""), load(mine))
    assert [("Task", "gentle frobbing")] == names(annotated)
    before = fingerprint(mine)
    file.write_text(header + "task:frobbing\tTask\trough frobbing\t\t\t\n", encoding="utf-8")
    assert len({before, fingerprint(mine), fingerprint()}) == 3


def test_a_missing_vocabulary_is_named(tmp_path: Path):
    """A vocabulary file that cannot be read stops loading with its name."""
    with pytest.raises(VocabularyError, match=r"absent\.tsv"):
        load(Settings(vocabulary=(tmp_path / "absent.tsv",)))


def test_every_component_declares_what_it_assigns():
    """spaCy's analysis of the pipeline finds no problem."""
    assert not any(NLP.analyze_pipes()["problems"].values())


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("Vision Transformers", "vision transformer"),
        ("GPT-4o", "GPT-4o"),
        ("LLMs", "LLM"),
        ("Chest X-rays", "chest X-ray"),
        ("", ""),
    ],
)
def test_names_are_singular_and_conventional(form, name):
    """Lower case except names, singular at the end."""
    assert name == conventional(form)


def test_the_long_form_names_an_entity_outside_the_vocabulary():
    """Vocabulary name, else long form, else the commonest form."""
    assert "foo bar" == canonical_name(["FB", "FB"], "", ["Foo Bar"], EntityType.METHOD)
    assert "Foo" == canonical_name(["Foo", "Foo", "foo bar"], "", [], EntityType.METHOD)


@pytest.mark.parametrize(
    ("long_form", "short", "expected"),
    [
        ("rotor state estimation", "RSE", "rotor state estimation"),
        ("category name normalization", "CNN", "category name normalization"),
        ("convolution neural nets", "CNNs", "convolutional neural network"),
        ("attack success regularization", "ASR", "attack success regularization"),
        ("automated speech recognizer training", "ASR", "automatic speech recognition"),
    ],
)
def test_a_papers_own_definition_beats_a_listed_acronym(long_form, short, expected):
    """Unless both are the same words, spelt somewhat differently."""
    annotated = read("", f"We study {long_form} ({short}). Then {short} runs on old machines.")
    [entity] = (entity for entity in annotated.entities if short in entity.forms)
    assert expected == entity.name
    assert 2 == sum(mention.surface == short for mention in entity.mentions)


def test_a_bare_head_does_not_name_the_term_it_refers_to():
    """The word "segmentation" before "texture segmentation" is a form of it, not its name."""
    found = names(read("", "We improve segmentation. We evaluate texture segmentation."))
    assert ("Task", "texture segmentation") in found
    assert ("Task", "segmentation") not in found


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        ("We propose **MedVR**, a novel framework.", ("Method", "MedVR", "MedVR")),
        ("We introduce D$^2$4FAD, a new network.", ("Method", "D24FAD", "D$^2$4FAD")),
        (r"A $\beta$-VAE is trained.", ("Method", "β-VAE", r"$\beta$-VAE")),
        ("It plans by RRT* on grids.", ("Method", "RRT*", "RRT*")),
    ],
)
def test_markup_around_and_inside_names(abstract, expected):
    """Markdown stars stay outside a name, LaTeX inside it; a star can be part of one."""
    found = {
        (entity.type.value, entity.name, form)
        for entity in read("", abstract).entities
        for form in entity.forms
    }
    assert expected in found
