"""Relations on short papers whose reading no one would dispute."""

from dataclasses import replace

import pytest
from marked_papers import marked_paper

from extractors.relations import find_relations
from extractors.roles import assign_roles
from ontology.records import Paper
from ontology.terms import Role


def relations(title, abstract, **given):
    """Pairs of names with their relation; ``given`` fixes roles by name."""
    paper, entities = marked_paper(title, abstract)
    entities = assign_roles(paper, entities)
    entities = tuple(
        replace(entity, role=Role(given.get(entity.name, entity.role.value))) for entity in entities
    )
    return {
        (entities[found.head].name, found.relation.value, entities[found.tail].name)
        for found in find_relations(paper, entities)
    }


def test_the_introduced_method_is_used_for_the_task_of_the_title():
    """ "X: ... for T" states X used-for T."""
    assert {("Foldnet", "used-for", "protein folding")} == relations(
        "[Foldnet|Method]: A Model for [protein folding|Task]", "We propose [Foldnet|Method]."
    )


def test_the_method_is_applied_to_the_modality():
    """ "from M" in the title states what the method reads."""
    assert ("Nodulenet", "applied-to", "chest CT") in relations(
        "[Nodulenet|Method]: finding nodules in [chest CT|Modality]",
        "We propose [Nodulenet|Method], which reads [chest CT|Modality] volumes.",
    )


def test_the_method_is_evaluated_on_the_dataset_of_the_experiments():
    """The sentence of the experiments states it."""
    assert ("Foldnet", "evaluated-on", "FoldBench") in relations(
        "[Foldnet|Method]: folding chains",
        "We propose [Foldnet|Method]. "
        "Experiments on [FoldBench|Dataset] show that [Foldnet|Method] is accurate.",
    )


def test_a_method_is_trained_on_a_dataset():
    """ "trained on" states trained-on."""
    assert ("Foldnet", "trained-on", "ChainSet") in relations(
        "Folding chains", "We use [Foldnet|Method] trained on [ChainSet|Dataset]."
    )


def test_a_benchmark_is_for_its_task_and_has_its_modality():
    """An introduced dataset is described by task and modality."""
    found = relations(
        "[FoldBench|Dataset]: A Benchmark for [scene parsing|Task]",
        "We introduce [FoldBench|Dataset], a dataset of [video|Modality] for [scene parsing|Task].",
    )
    assert {
        ("FoldBench", "benchmark-for", "scene parsing"),
        ("FoldBench", "has-modality", "video"),
    } <= found


def test_a_component_is_part_of_the_introduced_method():
    """ "consists of" states part-of, component first."""
    found = relations(
        "[Foldnet|Method]: folding chains",
        "We propose [Foldnet|Method]. [Foldnet|Method] consists of a "
        "[crease attention module|Method] and a [bend decoder|Method].",
    )
    assert ("crease attention module", "part-of", "Foldnet") in found
    assert ("Foldnet", "part-of", "crease attention module") not in found


def test_a_modified_head_is_a_kind_of_the_head():
    """ "linear transformer" is-a "transformer", not the other way round."""
    found = relations(
        "[linear transformer|Method] models",
        "We study the [linear transformer|Method], a fast [transformer|Method].",
    )
    assert ("linear transformer", "is-a", "transformer") in found
    assert ("transformer", "is-a", "linear transformer") not in found


def test_the_own_method_is_compared_with_the_one_it_beats():
    """ "X outperforms Y" states X compared-with Y."""
    found = relations(
        "[Foldnet|Method]: folding chains",
        "We propose [Foldnet|Method]. "
        "[Foldnet|Method] outperforms [Creasenet|Method] by a wide margin.",
        Creasenet="compares",
    )
    assert ("Foldnet", "compared-with", "Creasenet") in found
    assert ("Creasenet", "compared-with", "Foldnet") not in found


def test_the_relation_carries_its_sentence():
    """The sentence is the one that names both ends."""
    paper, entities = marked_paper(
        "Folding chains",
        "Chains are long. We propose [Foldnet|Method] for [protein folding|Task]. It is fast.",
    )
    (found,) = find_relations(paper, assign_roles(paper, entities))
    assert (
        "We propose Foldnet for protein folding."
        == (paper.text(found.field)[found.sentence_start : found.sentence_end])
    )


def test_a_relation_across_sentences_shows_the_rarer_end():
    """Where no sentence names both ends, the one with the end named less often is shown."""
    paper, entities = marked_paper(
        "[Foldnet|Method]",
        "We propose [Foldnet|Method]. We evaluate on [FoldBench|Dataset]. [Foldnet|Method] wins.",
    )
    (found,) = find_relations(paper, assign_roles(paper, entities))
    assert (
        "We evaluate on FoldBench."
        == (paper.text(found.field)[found.sentence_start : found.sentence_end])
    )


@pytest.mark.parametrize("number", [0, 1])
def test_few_entities_have_no_relations(number):
    """A relation needs two entities."""
    paper, entities = marked_paper("[Foldnet|Method]", "")
    assert () == find_relations(paper, entities[:number])


def test_signatures_hold():
    """Every relation found is one that its ends' types allow; order and uniqueness hold."""
    paper, entities = marked_paper(
        "[Foldnet|Method] for [folding|Task] of [video|Modality] in [FoldBench|Dataset]",
        "We propose [Foldnet|Method], a [gate model|Method], for [folding|Task] and "
        "[unfolding|Task] on [FoldBench|Dataset] and [BendBench|Dataset] of [video|Modality].",
    )
    entities = assign_roles(paper, entities)
    found = find_relations(paper, entities)
    assert all(
        item.relation.allows(entities[item.head].type, entities[item.tail].type) for item in found
    )
    keys = [(item.head, item.relation.value, item.tail) for item in found]
    assert sorted(set(keys)) == keys


def test_relations_grow_linearly_with_entities():
    """Pairs are bounded: a sentence that lists hundreds of methods gives no square of them."""
    listed = ", ".join(f"[bend {number} net|Method]" for number in range(400))
    paper, entities = marked_paper("Folding", f"We compare {listed} and more.")
    assert len(find_relations(paper, entities)) < 400 * 20


def test_without_text_no_relations():
    """An empty paper has none."""
    assert () == find_relations(Paper("p", "", ""), ())
