"""Spellings of one name meet; different names do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.names import (
    key_tokens,
    match_key,
    plain_text,
    reordered,
    singular,
    without_generic_head,
)
from ontology.terms import EntityType

SAME = [
    ("variational auto-encoders", "Variational Autoencoder"),
    ("nnU-Net", "nnUNet"),
    (r"BERT$_{\text{BASE}}$", "BERT-base"),
    (r"$\beta$-VAE", "β-VAE"),
    ("brain tumour segmentation", "brain tumor segmentation"),
    ("text summarisation", "text summarization"),
    ("labelled data modelling", "labeled data modeling"),
    ("T$_1$-weighted MRI", "T1-weighted MRI"),
    ("VQA_RAD", "VQA-RAD"),
    ("point clouds", "point cloud"),
    ("LLMs", "LLM"),
    ("**MedVR**", "MedVR"),
    (r"H\&E", "H&E"),
    ("MIMIC III", "MIMIC-III"),
    ("①", "1"),
]
DIFFERENT = [
    ("CIFAR-10", "CIFAR-100"),
    ("U-Net", "U-Net++"),
    ("C", "C#"),
    ("A*", "A"),
    ("GPT-3", "GPT-3.5"),
    ("ISIC 2018", "ISIC 2019"),
    ("BiGS", "BIG"),
    ("semi-supervised learning", "self-supervised learning"),
    ("脑电图", "心电图"),
    ("VOC 2007 12", "VOC 200712"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_name_share_a_key(one, other):
    """Case, hyphens, plural, British spelling, LaTeX and Unicode forms are folded."""
    assert match_key(one) == match_key(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_names_have_different_keys(one, other):
    """Digits, signs and words tell names apart."""
    assert match_key(one) != match_key(other)


@pytest.mark.parametrize("part", ["*", "*a", "**a**b", "$", "\\text", "a_{"])
def test_a_long_name_is_folded_in_steps_in_proportion(part):
    """It is read once, not once from each of its signs."""
    plain_text(part * (200_000 // len(part)))


@given(st.text(max_size=60))
def test_any_text_has_a_key(text):
    """Keys hold no white space, whatever the name."""
    assert not any(character.isspace() for character in match_key(text))
    assert isinstance(key_tokens(text), tuple)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("analyses", "analysis"),
        ("analysis", "analysis"),
        ("classes", "class"),
        ("boxes", "box"),
        ("physics", "physics"),
        ("studies", "study"),
        ("GANs", "GAN"),
        ("bus", "bus"),
    ],
)
def test_singular(word, expected):
    """Plurals fall to their singular; nouns that only look plural stay."""
    assert expected == singular(word)


def test_plain_text_drops_markup():
    """LaTeX commands and Markdown stars are no part of a name."""
    assert plain_text(r"\textbf{Flow} *Matching*") == "Flow Matching"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("classification of images", "image classification"),
        ("detection of the pulmonary nodules", "pulmonary nodule detection"),
        ("generation of reports from images", ""),
        ("prediction of in-hospital mortality", "in-hospital mortality prediction"),
        ("bag of words", ""),
        ("image classification", ""),
    ],
)
def test_word_order(name, expected):
    """Only an activity of one thing is reordered."""
    assert expected == reordered(name)


def test_generic_heads_depend_on_the_type():
    """A head is generic where it only repeats the type."""
    assert without_generic_head(EntityType.MODALITY, "EEG signals") == "EEG"
    assert without_generic_head(EntityType.TASK, "EEG signals") == ""
