"""Given mentions become entities: groups, names, roles and relations."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.pipeline import load, regroup
from extractors.same_entity import Named, comparable, likely_same
from extractors.settings import Settings
from kg.annotation_records import read_annotations, to_json
from kg.cli.main import main
from kg.regroup import resolve_file

TITLE = "Unsupervised Lesion Segmentation"
ABSTRACT = (
    "We study unsupervised lesion segmentation in electroencephalography (EEG). "
    "Our network, a variational autoencoder (VAE), segments lesions. The VAE reads EEG."
)


def mention(surface, nth=0, text=ABSTRACT, field="abstract"):
    start = -1
    for _ in range(nth + 1):
        start = text.index(surface, start + 1)
    return [field, start, start + len(surface)]


def entity(kind, name, mentions, role="uses"):
    return {"type": kind, "name": name, "role": role, "mentions": mentions}


def record(entities, relations=(), identifier="p1", title=TITLE, abstract=ABSTRACT):
    return {
        "id": identifier,
        "title": title,
        "abstract": abstract,
        "entities": entities,
        "relations": list(relations),
    }


SCATTERED = record(
    [
        entity("Task", "a", [["title", 0, len(TITLE)]], "mentions"),
        entity("Task", "b", [mention("unsupervised lesion segmentation")], "introduces"),
        entity("Modality", "c", [mention("electroencephalography")]),
        entity("Modality", "d", [mention("EEG"), mention("EEG", 1)]),
        entity("Method", "e", [mention("variational autoencoder")]),
        entity("Method", "f", [mention("VAE"), mention("VAE", 1)]),
    ],
    [["e", "used-for", "b"], ["f", "used-for", "a"], ["f", "applied-to", "d"]],
)


@pytest.fixture(scope="module")
def nlp():
    return load(Settings())


@pytest.fixture
def file(tmp_path):
    def write(*records):
        path = tmp_path / "given.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
        return path

    return write


def test_given_groups_and_names_play_no_part(file):
    """Six given entities are three, under the names that a graph would give them."""
    (resolved,) = resolve_file(file(SCATTERED))
    assert {
        ("Task", "unsupervised lesion segmentation"): 2,
        ("Modality", "electroencephalography"): 3,
        ("Method", "variational autoencoder"): 3,
    } == {(one.type.value, one.name): len(one.mentions) for one in resolved.entities}


def test_a_users_vocabulary_names_the_entities(file, tmp_path):
    """Its names win over the names that papers give."""
    mine = tmp_path / "mine.tsv"
    mine.write_text(
        "id\ttype\tname\taliases\tbroader\tnote\n"
        "task:uls\tTask\tlesion delineation\tunsupervised lesion segmentation\t\t\n",
        encoding="utf-8",
    )
    target = tmp_path / "resolved.jsonl"
    arguments = ["resolve", str(file(SCATTERED)), "--vocabulary", str(mine), "-o", str(target)]
    assert 0 == CliRunner().invoke(main, arguments).exit_code
    [resolved] = read_annotations(target)
    assert "lesion delineation" == resolved.entities[0].name


def test_the_strongest_given_role_holds_and_relations_follow(file):
    """Relations join the new entities, each once; those within one entity are left out."""
    (resolved,) = resolve_file(file(SCATTERED))
    names = [one.name for one in resolved.entities]
    assert "introduces" == resolved.entities[0].role.value
    assert [
        ("variational autoencoder", "applied-to", "electroencephalography"),
        ("variational autoencoder", "used-for", "unsupervised lesion segmentation"),
    ] == sorted(
        (names[one.head], one.relation.value, names[one.tail]) for one in resolved.relations
    )


def test_papers_agree_on_names(file):
    """An acronym that several papers define alike has its long form where none defines it."""
    defined = "We train a quarkwise lattice denoiser (QLD) on maps."
    bare = "We compare with QLD."
    papers = [
        record(
            [
                entity("Method", "x", [mention("quarkwise lattice denoiser", 0, defined)]),
                entity("Method", "x", [mention("QLD", 0, defined)]),
            ],
            identifier=f"d{number}",
            title="Maps",
            abstract=defined,
        )
        for number in range(2)
    ]
    papers.append(
        record(
            [entity("Method", "q", [mention("QLD", 0, bare)])],
            identifier="u",
            title="Maps",
            abstract=bare,
        )
    )
    found = resolve_file(file(*papers))
    assert ["quarkwise lattice denoiser"] * 3 == [one.entities[0].name for one in found]


def test_one_span_may_be_of_two_types(file):
    """Mentions of one span and two types stay two mentions."""
    both = record(
        [
            entity("Task", "s", [mention("lesion segmentation")]),
            entity("Method", "s", [mention("lesion segmentation")]),
        ]
    )
    (resolved,) = resolve_file(file(both))
    assert ["Method", "Task"] == sorted(one.type.value for one in resolved.entities)


def test_nothing_is_lost_and_regrouping_is_idempotent(file, nlp):
    """All mentions stay, and what has been grouped keeps its groups."""
    (given_paper,) = read_annotations(file(SCATTERED))
    once = regroup(given_paper, nlp)
    again = regroup(once, nlp)
    spans = {
        (one.field, one.start, one.end) for each in given_paper.entities for one in each.mentions
    }
    assert spans == {
        (one.field, one.start, one.end) for each in once.entities for one in each.mentions
    }
    assert to_json(once) == to_json(again)


def test_command_writes_records_that_evaluate_reads(file, tmp_path):
    """The output of the command is an annotation file."""
    target = tmp_path / "out.jsonl"
    result = CliRunner().invoke(main, ["resolve", str(file(SCATTERED)), "-o", str(target), "-q"])
    assert 0 == result.exit_code, result.output
    assert 3 == len(next(read_annotations(target)).entities)


def test_bad_record_is_named(file):
    """A mention outside its text ends the command with file and line."""
    broken = record([entity("Task", "a", [["title", 5, 999]])])
    path = file(SCATTERED, broken)
    result = CliRunner().invoke(main, ["resolve", str(path)])
    assert 1 == result.exit_code
    assert f"{path}:2" in result.output


def named(form, *sentences, kind="Task", in_title=False):
    return Named(kind, (form,), frozenset(sentences), in_title)


def test_the_title_s_task_is_the_abstract_s_under_a_shorter_name():
    """A name of the title meets the abstract's name with nearly all its words."""
    groups = [
        named("Unsupervised Multi-Modal Image Registration", 0, in_title=True),
        named("multi-modal image registration", 3),
    ]
    assert [(0, 1)] == list(likely_same(groups))


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ("graph neural network", "neural network", "Method"),
        ("image reconstruction", "CT reconstruction", "Task"),
    ],
)
def test_one_sentence_tells_its_names_apart(first, second, kind):
    """Two names are one entity less probably where one sentence holds both."""
    apart = [named(first, 1, kind=kind), named(second, 2, kind=kind)]
    together = [named(first, 1, kind=kind), named(second, 1, kind=kind)]
    assert [(0, 1)] == list(likely_same(apart))
    assert [] == list(likely_same(together))


def test_names_with_other_numbers_never_meet():
    """Versions and weightings are told apart by their numbers."""
    groups = [
        named("T1-weighted MR image", 1, kind="Modality"),
        named("T2-weighted MR images", 4, kind="Modality"),
    ]
    assert [] == list(comparable(groups))


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Task", "Method"]),
            st.lists(
                st.sampled_from(["U-Net", "deep", "graph", "3D", "α", "$x$", "*"]), min_size=1
            ),
        ),
        max_size=6,
    )
)
def test_any_names_can_be_compared(names):
    """Pairs are of one type, in order, whatever the names hold."""
    groups = [named(" ".join(words), place, kind=kind) for place, (kind, words) in enumerate(names)]
    for first, second, found in comparable(groups):
        assert first < second
        assert groups[first].type == groups[second].type
        assert "any" in found
