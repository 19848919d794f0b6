"""Vocabulary names in any spelling."""

from __future__ import annotations

import pytest

from extractors.vocabulary_matcher import VocabularyIndex, telling
from ontology.terms import EntityType
from ontology.vocabulary.reader import Alias, Entry

ENTRIES = (
    Entry("method:flow-matching", EntityType.METHOD, "flow matching", (Alias("流匹配", "zh"),)),
    Entry("method:clip", EntityType.METHOD, "CLIP"),
    Entry("method:bert", EntityType.METHOD, "BERT"),
    Entry("method:adam", EntityType.METHOD, "Adam"),
    Entry("dataset:cifar", EntityType.DATASET, "CIFAR-10", (Alias("CIFAR 10"),)),
    Entry("method:u-net", EntityType.METHOD, "U-Net"),
    Entry("modality:image", EntityType.MODALITY, "image"),
    Entry("modality:eeg", EntityType.MODALITY, "EEG", (Alias("EEG data"),)),
    Entry("dataset:nq", EntityType.DATASET, "Natural Questions"),
    Entry("dataset:mms", EntityType.DATASET, "M&Ms"),
    Entry("dataset:jigsaws", EntityType.DATASET, "JIGSAWS"),
    Entry("dataset:lidc", EntityType.DATASET, "LIDC-IDRI", (Alias("LIDC"),)),
    Entry("task:segmentation", EntityType.TASK, "tumor segmentation"),
)
INDEX = VocabularyIndex(ENTRIES)


def found(text: str) -> list[str]:
    return [text[match.start : match.end] for match in telling(INDEX.find(text), text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Flow-matching and flow matchings", ["Flow-matching", "flow matchings"]),
        ("tumour segmentation", ["tumour segmentation"]),
        ("a UNet, a U-Net and a U-Net++", ["UNet", "U-Net"]),
        ("CIFAR-10, CIFAR10 and CIFAR-100", ["CIFAR-10", "CIFAR10"]),
        ("we clip; CLIP and CLIPs", ["CLIP", "CLIPs"]),
        ("Adam met adam", ["Adam"]),
        ("BERT-based, BERT-2, SciBERT, non-BERT", ["BERT", "BERT"]),
        ("EEG data and EEG", ["EEG", "EEG"]),
        ("Natural Questions and natural questions", ["Natural Questions"]),
        ("M&Ms, M & Ms, MMS", ["M&Ms", "M & Ms"]),
        ("JIGSAWS and jigsaws", ["JIGSAWS"]),
        ("LIDC and LIDC-IDRI", ["LIDC", "LIDC", "LIDC-IDRI"]),
        ("image data, image patches, images", ["image", "images"]),
        ("基于流匹配的方法", ["流匹配"]),
        ("用CLIP分割", ["CLIP"]),
        ("flow. Matching", []),
        ("flow\nmatching", []),
        ("", []),
    ],
)
def test_names_match_in_every_spelling_and_no_further(text, expected):
    """Case, hyphen, plural and British spelling fold; versions, longer names and compounds do not."""
    assert expected == found(text)
