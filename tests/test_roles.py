"""Roles on short papers whose reading no one would dispute."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marked_papers import marked_paper

from extractors.cues import read_cues
from extractors.roles import assign_roles, evidence
from ontology.records import Mention, Paper, PaperEntity
from ontology.terms import EntityType, Role


def roles(title, abstract):
    """Role of each entity by name."""
    paper, entities = marked_paper(title, abstract)
    return {entity.name: entity.role.value for entity in assign_roles(paper, entities)}


def test_a_name_before_the_colon_of_a_title_is_introduced():
    """ "X: what it is" presents X; what the subtitle says it is for is used."""
    assert {"Foldnet": "introduces", "protein folding": "uses"} == roles(
        "[Foldnet|Method]: Fast Models for [protein folding|Task]", "It folds."
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "We propose [Foldnet|Method], a model that folds chains.",
        "In this paper, we introduce [Foldnet|Method] to fold chains.",
        "To close this gap, we present a novel method called [Foldnet|Method].",
        "Our method, named [Foldnet|Method], folds long chains.",
    ],
)
def test_what_the_authors_present_is_introduced(sentence):
    """Verbs of contribution and naming, and "our", speak for introduces."""
    assert "introduces" == roles("Folding chains", sentence)["Foldnet"]


def test_a_released_dataset_is_introduced():
    """Datasets are introduced like methods."""
    assert (
        "introduces"
        == roles(
            "Folding chains", "We release [FoldBench|Dataset], a benchmark of ten thousand chains."
        )["FoldBench"]
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "We use [graph attention|Method] to fold chains.",
        "Our model is based on [graph attention|Method].",
        "We build our encoder with [graph attention|Method] and train it from scratch.",
    ],
)
def test_what_the_work_is_done_with_is_used(sentence):
    """Verbs of use speak for uses, even beside "our" and "we"."""
    assert "uses" == roles("Folding chains", sentence)["graph attention"]


def test_the_dataset_of_the_experiments_is_used():
    """A dataset that results are shown on is used."""
    assert (
        "uses"
        == roles(
            "Folding chains", "Experiments on [FoldBench|Dataset] show that the model is accurate."
        )["FoldBench"]
    )


def test_the_modality_worked_on_is_used():
    """The kind of data in the title is used."""
    assert "uses" == roles("Finding nodules in [chest CT|Modality]", "We find nodules.")["chest CT"]


def test_the_method_beaten_is_compared():
    """What the own method outperforms is compared; the own one is introduced."""
    found = roles(
        "[Foldnet|Method]: folding chains",
        "We propose [Foldnet|Method]. Results show that [Foldnet|Method] significantly "
        "outperforms state-of-the-art baselines such as [Creasenet|Method].",
    )
    assert {"Foldnet": "introduces", "Creasenet": "compares"} == found


def test_the_background_is_mentioned():
    """What only the opening sentence names, in passing, is mentioned."""
    found = roles(
        "[Foldnet|Method]: folding chains",
        "Recent advances in proteomics have many applications such as [drug discovery|Task]. "
        "We propose [Foldnet|Method].",
    )
    assert "mentions" == found["drug discovery"]


def test_a_well_known_method_is_not_introduced_by_an_adjective():
    """A new model of a listed family uses the family."""
    found = roles(
        "Folding chains",
        "We propose a [reinforcement learning|Method] approach called [Foldnet|Method].",
    )
    assert {"reinforcement learning": "uses", "Foldnet": "introduces"} == found


def test_only_the_role_changes():
    """All else of an entity, and the order, stay."""
    paper, entities = marked_paper("[Foldnet|Method] for [folding|Task]", "")
    assert [(entity.type, entity.name, entity.mentions) for entity in entities] == [
        (entity.type, entity.name, entity.mentions) for entity in assign_roles(paper, entities)
    ]


def test_no_entities():
    """A paper without entities has none after."""
    assert () == assign_roles(Paper("p", "", ""), ())


@given(st.text(max_size=60), st.data())
def test_any_text_gives_roles(text, data):
    """Hostile text and odd spans give some role, the same on every call."""
    if not text:
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    mention = Mention("abstract", start, end, text[start:end], 0, len(text))
    entity = PaperEntity(
        EntityType.METHOD, mention.surface, (mention.surface,), Role.MENTIONS, 1.0, (mention,), ()
    )
    paper = Paper("p", "", text)
    assert assign_roles(paper, (entity,)) == assign_roles(paper, (entity,))


def test_cues_right_before_stop_at_prepositions():
    """In "we propose a model with X" the contribution is not X."""
    cued = read_cues("we propose a model with gates")
    assert {"via", "with"} == cued.before(0, 5).adjacent
    assert "contribute" in cued.before(0, 5).farther


def test_cues_before_stop_at_the_end_of_a_clause():
    """A semicolon parts clauses."""
    assert (set(), set()) == read_cues("we propose it ; gates").before(0, 4)


def test_cues_behind_skip_a_bracket():
    """The short form behind a name does not hide what follows."""
    cued = read_cues("gates (GT) outperforms all")
    assert "achieve" in cued.after(1, 6).adjacent


def test_a_phrase_of_several_words_is_one_cue():
    """ "compared with" counts where all its words stand."""
    assert "compared to" in read_cues("is compared with").within(0, 3)
    assert "compared to" not in read_cues("is compared by").within(0, 3)


def test_a_name_of_the_users_vocabulary_counts_as_listed():
    """What any vocabulary knows is hardly new: evidence against introduces."""
    paper, (entity,) = marked_paper("Folding", "We study [bend gating|Method].")
    known = replace(entity, sources=("vocabulary",))
    (unlisted,), (listed,) = evidence(paper, [entity]), evidence(paper, [known])
    assert "listed" in listed - unlisted
