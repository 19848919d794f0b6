"""The shipped vocabulary files keep their rules and find what they promise."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from ontology.names import match_key
from ontology.terms import EntityType
from ontology.vocabulary.reader import Entry, Vocabulary, read_entries, shipped_vocabulary

DATASET, MODALITY, METHOD, TASK = EntityType

FILES = {
    "datasets.tsv": DATASET,
    "modalities.tsv": MODALITY,
    "methods.tsv": METHOD,
    "tasks.tsv": TASK,
}
FOLDER = Path(str(files("ontology.vocabulary")))
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")

# Words that name something in the field only together with others.
TOO_GENERIC = """
    accuracy algorithm analysis approach architecture benchmark body brain cell challenge corpus data
    dataset detection disease experiment feature framework information input label learning lesion
    method model network organ output patient performance prediction problem report result sample
    signal study system task technique test tool training treatment tumor
""".split()


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return shipped_vocabulary()


def _names(entry: Entry) -> list[str]:
    return [entry.name, *(alias.name for alias in entry.aliases)]


@pytest.mark.parametrize(
    ("kind", "least"), [(MODALITY, 150), (TASK, 250), (METHOD, 400), (DATASET, 250)]
)
def test_each_type_has_the_promised_number_of_entries(
    vocabulary: Vocabulary, kind: EntityType, least: int
) -> None:
    """The vocabulary covers at least 150 modalities, 250 tasks, 400 methods and 250 datasets."""
    assert sum(entry.type is kind for entry in vocabulary) >= least


@pytest.mark.parametrize(("file", "kind"), FILES.items())
def test_a_file_holds_entries_of_its_own_type(file: str, kind: EntityType) -> None:
    """Each file holds one type."""
    assert {kind} == {entry.type for entry in read_entries(FOLDER / file)}


@pytest.mark.parametrize("file", ["modalities.tsv", "tasks.tsv"])
def test_a_file_is_sorted_by_id(file: str) -> None:
    """Entries stand in the order of their ids, so that two edits seldom touch the same lines."""
    identifiers = [entry.id for entry in read_entries(FOLDER / file)]
    assert sorted(identifiers) == identifiers


@pytest.mark.parametrize("file", [*FILES, "distinct.tsv"])
def test_a_file_ends_its_lines_with_a_line_feed(file: str) -> None:
    """Files have no carriage return, no byte order mark, no trailing space, and end in a newline."""
    raw = (FOLDER / file).read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert b" \n" not in raw
    assert raw.endswith(b"\n")


def test_cells_hold_no_stray_space_or_empty_item() -> None:
    """Lists are parted by one bar, without spaces around it or empty items."""
    stray = [
        cell
        for file in FILES
        for line in (FOLDER / file).read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
        for cell in line.split("\t")
        if cell != cell.strip() or re.search(r"^\||\|$|\|\||\s\||\|\s|\s\s", cell)
    ]
    assert stray == []


def test_ids_are_well_formed() -> None:
    """An id is its type and a slug of lower-case letters and digits, parted by separators."""
    odd = [
        entry.id
        for file in FILES
        for entry in read_entries(FOLDER / file)
        if not re.fullmatch(r"[a-z]+:[a-z0-9]+(?:[.+-]+[a-z0-9]+)*[+]*", entry.id)
        or not entry.id.startswith(entry.type.value.lower() + ":")
    ]
    assert odd == []


@pytest.mark.parametrize("kind", [MODALITY, TASK])
def test_ids_of_modalities_and_tasks_are_their_names(
    vocabulary: Vocabulary, kind: EntityType
) -> None:
    """The slug of a modality or a task is its name, folded to letters, digits and hyphens."""
    expected = {
        f"{kind.value.lower()}:"
        + re.sub(r"[^a-z0-9]+", "-", entry.name.casefold().replace("'", "")).strip("-")
        for entry in vocabulary
        if entry.type is kind
    }
    assert expected == {entry.id for entry in vocabulary if entry.type is kind}


@pytest.mark.parametrize("file", FILES)
def test_no_entry_repeats_a_spelling_of_its_own(file: str) -> None:
    """Spellings that fold to one key (case, hyphen, plural, British) are listed once."""
    repeated = [
        (entry.id, name)
        for entry in read_entries(FOLDER / file)
        for name, count in Counter(match_key(name) for name in _names(entry)).items()
        if count > 1
    ]
    assert repeated == []


@pytest.mark.parametrize("kind", list(EntityType))
def test_no_name_is_too_generic(vocabulary: Vocabulary, kind: EntityType) -> None:
    """Words that seldom name an entity when they stand alone are no names."""
    found = {word: vocabulary.find(kind, word) for word in TOO_GENERIC}
    assert {} == {word: entry.id for word, entry in found.items() if entry}


@pytest.mark.parametrize("kind", list(EntityType))
def test_names_have_more_than_one_letter(vocabulary: Vocabulary, kind: EntityType) -> None:
    """A single letter or a bare number names nothing."""
    short = [
        (entry.id, name)
        for entry in vocabulary
        if entry.type is kind
        for name in _names(entry)
        if not re.search(r"[^\W\d_].*[^\W_]|[^\W_].*[^\W\d_]|" + HAN.pattern, name)
    ]
    assert short == []


@pytest.mark.parametrize("kind", [MODALITY, TASK])
def test_names_are_singular(vocabulary: Vocabulary, kind: EntityType) -> None:
    """The last word of a modality's or a task's name is no plural."""
    singular_in_s = re.compile(r"(?:ss|us|is|ics|news|series)$")
    plural = [
        entry.name
        for entry in vocabulary
        if entry.type is kind and re.search(r"[a-z]s$", entry.name)
        if not singular_in_s.search(entry.name)
    ]
    assert plural == []


@pytest.mark.parametrize("kind", [MODALITY, TASK])
def test_names_are_lower_case_except_proper_names(vocabulary: Vocabulary, kind: EntityType) -> None:
    """A common word of a modality's or a task's name begins in lower case."""
    # Proper names stand here so that a capital by mistake is noticed.
    proper = {
        "Alzheimer's", "Android", "Bayesian", "Cell", "Chinese", "Doppler", "Fi", "Gleason", "Granger",
        "Internet", "Painting", "Pap", "Parkinson's", "Raman", "Reddit", "Things", "Wi",
    }  # fmt: skip
    capital = [
        (entry.name, word)
        for entry in vocabulary
        if entry.type is kind
        for word in re.split(r"[\s/-]+", entry.name)
        if re.fullmatch(r"[A-Z][a-z']+", word) and word not in proper
    ]
    assert capital == []


def test_tagged_aliases_are_in_their_script(vocabulary: Vocabulary) -> None:
    """Every Chinese alias holds Chinese characters."""
    wrong = [
        (entry.id, alias.name)
        for entry in vocabulary
        for alias in entry.aliases
        if alias.language.startswith("zh") and not HAN.search(alias.name)
    ]
    assert wrong == []


def test_untagged_aliases_hold_no_cjk_characters(vocabulary: Vocabulary) -> None:
    """Names and aliases without a language tag are written in Latin script."""
    wrong = [
        (entry.id, name)
        for entry in vocabulary
        for name in (
            entry.name,
            *(alias.name for alias in entry.aliases if alias.language == "en"),
        )
        if CJK.search(name) or "@" in name
    ]
    assert wrong == []


@pytest.mark.parametrize("kind", [MODALITY, TASK])
def test_most_entries_have_a_chinese_name(vocabulary: Vocabulary, kind: EntityType) -> None:
    """At least three of five modalities and tasks carry a Chinese name."""
    entries = [entry for entry in vocabulary if entry.type is kind]
    chinese = [entry for entry in entries if any(a.language == "zh" for a in entry.aliases)]
    assert len(chinese) >= 0.6 * len(entries)


@pytest.mark.parametrize("kind", [MODALITY, TASK])
def test_no_entry_lists_a_broader_term_twice(vocabulary: Vocabulary, kind: EntityType) -> None:
    """A broader term is stated once, and never beside a term that already implies it."""
    redundant = [
        (entry.id, parent)
        for entry in vocabulary
        if entry.type is kind
        for parent in entry.broader
        if entry.broader.count(parent) > 1
        or any(parent in vocabulary.ancestors(other) for other in entry.broader if other != parent)
    ]
    assert redundant == []


@pytest.mark.parametrize(
    ("kind", "form", "name"),
    [
        (METHOD, "流匹配", "flow matching"),
        (METHOD, "联邦学习", "federated learning"),
        (METHOD, "知识蒸馏", "knowledge distillation"),
        (TASK, "生存分析", "survival analysis"),
        (TASK, "图像分割", "image segmentation"),
        (TASK, "机器翻译", "machine translation"),
        (MODALITY, "心电图", "electrocardiography"),
        (MODALITY, "电子病历", "electronic health record"),
        (MODALITY, "磁共振成像", "magnetic resonance imaging"),
        (MODALITY, "点云", "point cloud"),
        (MODALITY, "CT", "computed tomography"),
        (MODALITY, "chest radiographs", "chest X-ray"),
        (MODALITY, "EEG recordings", "electroencephalography"),
        (MODALITY, "scRNA-seq", "single-cell RNA sequencing"),
        (TASK, "VQA", "visual question answering"),
        (TASK, "Tumour Segmentation", "tumor segmentation"),
        (TASK, "time-to-event analysis", "survival analysis"),
    ],
)
def test_a_known_form_finds_its_entry(
    vocabulary: Vocabulary, kind: EntityType, form: str, name: str
) -> None:
    """Chinese names, acronyms, plurals and British spellings lead to the canonical name."""
    found = vocabulary.find(kind, form)
    assert found is not None
    assert name == found.name


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (MODALITY, "OCT", "OCTA"),
        (MODALITY, "MRI", "fMRI"),
        (MODALITY, "ECG", "EEG"),
        (MODALITY, "CT", "PET"),
        (MODALITY, "PET", "PET/CT"),
        (MODALITY, "T1-weighted MRI", "T2-weighted MRI"),
        (MODALITY, "DNA sequence", "RNA sequence"),
        (TASK, "polyp detection", "polyp segmentation"),
        (TASK, "text-to-speech", "speech-to-text"),
        (TASK, "lung nodule detection", "lung nodule classification"),
        (TASK, "speaker verification", "speaker identification"),
        (TASK, "image-to-text retrieval", "text-to-image retrieval"),
        (TASK, "semantic segmentation", "instance segmentation"),
        (TASK, "diabetic retinopathy grading", "diabetic retinopathy detection"),
    ],
)
def test_neighbours_stay_apart(
    vocabulary: Vocabulary, kind: EntityType, one: str, other: str
) -> None:
    """Close but different things are different entries."""
    first, second = vocabulary.find(kind, one), vocabulary.find(kind, other)
    assert first is not None
    assert second is not None
    assert first.id != second.id


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        (TASK, "3D medical image segmentation", ["medical image segmentation", "segmentation"]),
        (TASK, "few-shot anomaly detection", ["anomaly detection"]),
        (TASK, "liver segmentation", ["organ segmentation", "image segmentation"]),
        (MODALITY, "resting-state fMRI", ["magnetic resonance imaging", "medical image", "image"]),
        (MODALITY, "chest X-ray", ["X-ray", "medical image"]),
        (MODALITY, "clinical notes", ["clinical text", "text", "electronic health record"]),
    ],
)
def test_broader_terms_lead_up(
    vocabulary: Vocabulary, kind: EntityType, name: str, expected: list[str]
) -> None:
    """A special term reaches the general ones through its broader terms."""
    found = vocabulary.find(kind, name)
    assert found is not None
    names = {vocabulary[identifier].name for identifier in vocabulary.ancestors(found.id)}
    assert set(expected) <= names


def test_pairs_that_must_stay_apart_are_well_formed(vocabulary: Vocabulary) -> None:
    """A pair of distinct.tsv names a type and two names that the vocabulary does not equate."""
    header, *rows = [
        line.split("\t")
        for line in (FOLDER / "distinct.tsv").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert header == ["type", "a", "b"]
    for kind, a, b in rows:
        one, other = (vocabulary.find(EntityType(kind), name) for name in (a, b))
        assert match_key(a) != match_key(b)
        assert one is None or other is None or one.id != other.id
