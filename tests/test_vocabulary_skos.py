"""Thesauri in SKOS are read as vocabulary files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from ontology.errors import VocabularyError
from ontology.terms import EntityType
from ontology.vocabulary.merging import vocabulary_with
from ontology.vocabulary.reader import Alias, Entry
from ontology.vocabulary.skos import parse_concepts

METHOD, TASK = EntityType.METHOD, EntityType.TASK
PREFIXES = """\
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix litkg: <urn:litkg:ns:> .
@prefix method: <urn:litkg:method:> .
@prefix ex: <http://example.org/> .
"""
THESAURUS = """
ex:methods a skos:ConceptScheme, litkg:Method .
ex:spectral a skos:Concept ; skos:inScheme ex:methods ;
  skos:prefLabel "Spektralanalyse"@de, "spectral unfolding"@en, "光谱展开"@zh ;
  skos:altLabel "spectrum  unfolding\\n"@en, "Spectral-Unfoldings"@en, "SPU" ;
  skos:hiddenLabel "spectal unfolding"@en ;
  skos:scopeNote "Not used here."@en ;
  skos:definition "Entfaltung"@de, "Unfolding of spectra."@en .
ex:blind a skos:Concept ; skos:prefLabel "盲展开"@zh, "aveugle"@fr ; skos:broader ex:spectral .
ex:deep a skos:Concept ; skos:prefLabel "deep unfolding of spectra" ; skos:notation "17", "method:deep-spu" ;
  skos:broader method:deepneuralnetwork .
ex:spectral skos:narrower ex:deep .
"""


def read(body: str, syntax: str = "Turtle") -> dict[str, Entry]:
    text = PREFIXES + body
    if syntax == "RDF/XML":
        text = rdflib.Graph().parse(data=text, format="turtle").serialize(format="xml")
    return {entry.place.split()[-1]: entry for entry in parse_concepts(text, syntax, "the.ttl")}


@pytest.mark.parametrize("syntax", ["Turtle", "RDF/XML"])
def test_concepts_are_entries(syntax: str) -> None:
    """Labels with languages, broader and narrower, notes, types and ids, alike in both syntaxes."""
    found = read(THESAURUS, syntax)
    spectral = found["http://example.org/spectral"]
    assert re.fullmatch("method:concept-[0-9a-f]{16}", spectral.id)
    assert spectral == Entry(
        spectral.id,
        METHOD,
        "spectral unfolding",
        (
            Alias("Spektralanalyse", "de"), Alias("光谱展开", "zh"), Alias("spectrum unfolding"),
            Alias("SPU"), Alias("spectal unfolding"),
        ),
        note="Unfolding of spectra.",
    )  # fmt: skip
    assert found["http://example.org/blind"] == Entry(
        found["http://example.org/blind"].id,
        METHOD,
        "aveugle",
        (Alias("aveugle", "fr"), Alias("盲展开", "zh")),
        (spectral.id,),
    )
    assert found["http://example.org/deep"] == Entry(
        "method:deep-spu",
        METHOD,
        "deep unfolding of spectra",
        broader=(spectral.id, "urn:litkg:method:deepneuralnetwork"),
    )


@pytest.mark.parametrize(
    "body",
    [
        "ex:a a skos:Concept, litkg:Task ; skos:prefLabel 'a' .",
        ("ex:a a skos:Concept ; skos:prefLabel 'a' ; skos:broader ex:b .\n"
        "ex:b a skos:Concept ; skos:prefLabel 'b' ; skos:broader ex:c .\n"
        "ex:c a skos:Concept, litkg:Task ; skos:prefLabel 'c' ."),
        "ex:a a skos:Concept ; skos:prefLabel 'a' ; skos:broader <urn:litkg:task:segmentation> .",
        "ex:a a skos:Concept ; skos:prefLabel 'a' ; skos:inScheme ex:s . ex:s a litkg:Task .",
        ("ex:a a skos:Concept ; skos:prefLabel 'a' ; skos:inScheme ex:s .\n"
        "ex:s <http://purl.org/dc/terms/type> litkg:Task ."),
        ("ex:a a skos:Concept ; skos:prefLabel 'a' ; skos:inScheme ex:s .\n"
        "ex:s skos:hasTopConcept ex:t . ex:t a skos:Concept, litkg:Task ; skos:prefLabel 't' ."),
        ("ex:a a skos:Concept ; skos:prefLabel 'a' ; skos:inScheme ex:s .\n"
        "ex:t a skos:Concept, litkg:Task ; skos:prefLabel 't' ; skos:topConceptOf ex:s ."),
        ("ex:a a skos:Concept ; skos:prefLabel 'a' ; skos:broader ex:b ; skos:inScheme ex:m .\n"
        "ex:b a skos:Concept ; skos:prefLabel 'b' ; skos:topConceptOf ex:s .\n"
        "ex:s a litkg:Task . ex:m a skos:ConceptScheme ."),
    ],
)  # fmt: skip
def test_the_type_comes_from_concept_broader_terms_or_scheme(body: str) -> None:
    """The nearest statement decides."""
    assert TASK is read(body)["http://example.org/a"].type


A = "ex:a a skos:Concept, litkg:Task ; skos:prefLabel 'a' "


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "ex:a a skos:Concept ; skos:prefLabel 'a' .",
            (
                "the.ttl: http://example.org/a: no type; state one of litkg:Dataset, litkg:Modality, "
                "litkg:Method, litkg:Task (litkg: is urn:litkg:ns:) on the concept, on a broader one or "
                "on its scheme"
            ),
        ),
        (
            "ex:a a skos:Concept, litkg:Task, litkg:Method ; skos:prefLabel 'a' .",
            (
                "the.ttl: http://example.org/a: is Method and Task at once; state one type on the "
                "concept itself: litkg:Dataset, litkg:Modality, litkg:Method, litkg:Task"
            ),
        ),
        (
            "ex:a a skos:Concept, litkg:Task ; skos:altLabel 'a' ; skos:prefLabel ' ' .",
            "the.ttl: http://example.org/a: no skos:prefLabel; every concept has one",
        ),
        (
            A + "; skos:broader ex:x .",
            (
                "the.ttl: http://example.org/a: broader http://example.org/x is no concept of this "
                "file; entities of earlier files are named by their urn:litkg: IRIs"
            ),
        ),
        (
            A + "; skos:notation 'method:a' .",
            (
                "the.ttl: http://example.org/a: the notation 'method:a' is no id of a task; the part "
                "before the colon is the type"
            ),
        ),
        (
            "[] a skos:Concept, litkg:Task ; skos:prefLabel 'nobody' .",
            "the.ttl: a concept without IRI 'nobody'; every concept has one",
        ),
        (
            "ex:a skos:prefLabel 'a' .",
            "the.ttl: holds no skos:Concept; a thesaurus states each as one",
        ),
        (
            "ex:a a skos:Concept ; skos:prefLabel 'a\x1bb .",
            r"the.ttl:5: cannot be read as Turtle; Parser error at line 5 .*",
        ),
        ("ex:a a unknown:b .", r"the.ttl:5: cannot be read as Turtle; .*unknown.*"),
    ],
)
def test_a_bad_thesaurus_is_refused_by_file_and_concept(body: str, message: str) -> None:
    """The message names file and concept, or the line that is no Turtle, and the fix."""
    with pytest.raises(VocabularyError) as caught:
        read(body)
    assert str(caught.value).isprintable()
    assert message == str(caught.value) or re.fullmatch(message, str(caught.value))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            A + ". ex:b a skos:Concept, litkg:Task ; skos:prefLabel 'b' ; skos:altLabel 'A' .",
            (
                r"PATH: http://example\.org/b: 'A' already names task:concept-\w+"
                r" \(PATH: http://example\.org/a\); one Task a name"
            ),
        ),
        (
            A + "; skos:notation 'task:x' .\n"
            "ex:b a skos:Concept, litkg:Task ; skos:prefLabel 'b' ; skos:notation 'task:x' .",
            (
                r"PATH: http://example\.org/b: the id task:x is used already"
                r" \(PATH: http://example\.org/a\); ids are unique"
            ),
        ),
        (
            A + "; skos:broader ex:b .\n"
            "ex:b a skos:Concept ; skos:prefLabel 'b' ; skos:narrower ex:b .",
            r"PATH: http://example\.org/b: no type; .*",
        ),
        (
            A + "; skos:broader ex:b .\n"
            "ex:b a skos:Concept, litkg:Task ; skos:prefLabel 'b' ; skos:broader ex:a .",
            (
                r"PATH: http://example\.org/a: broader terms lead from task:concept-\w+ back to itself:"
                r" .*http://example\.org/b.*"
            ),
        ),
        (
            A + "; skos:broader <urn:litkg:task:nothinglikeit> .",
            (
                r"PATH: http://example\.org/a: broader 'urn:litkg:task:nothinglikeit' is no entry of"
                r" this file or an earlier one"
            ),
        ),
        (
            A + "; skos:broader ex:b .\nex:b a skos:Concept, litkg:Method ; skos:prefLabel 'b' .",
            (
                r"PATH: http://example\.org/a: broader 'b' \(PATH: http://example\.org/b\) is a Method;"
                r" .*"
            ),
        ),
    ],
)
def test_concepts_that_contradict_one_another_are_refused(
    tmp_path: Path, body: str, message: str
) -> None:
    """The rules of vocabularies hold, and name the concept."""
    path = tmp_path / "words.ttl"
    path.write_text(PREFIXES + body, encoding="utf-8")
    with pytest.raises(VocabularyError) as caught:
        vocabulary_with([path])
    assert re.fullmatch(message.replace("PATH", re.escape(str(path))), str(caught.value))


@pytest.mark.parametrize(
    ("name", "syntax"),
    [
        ("words.ttl", "turtle"), ("words.rdf", "xml"), ("words.xml", "pretty-xml"), ("words", "turtle"),
        ("words.skos", "xml"), ("words.txt", "nt"),
    ],
)  # fmt: skip
def test_the_syntax_is_recognised(tmp_path: Path, name: str, syntax: str) -> None:
    """By the ending of the name, else by the content; a byte order mark is accepted."""
    path = tmp_path / name
    text = rdflib.Graph().parse(data=PREFIXES + THESAURUS, format="turtle").serialize(format=syntax)
    path.write_text(text, encoding="utf-8-sig")
    found = vocabulary_with([path]).find(METHOD, "spectral unfolding")
    assert found is not None
    assert f"{path}: http://example.org/spectral" == found.place


def test_a_thesaurus_refines_what_is_listed(tmp_path: Path) -> None:
    """A concept that names a listed entity is that entity, with its IRI."""
    path = tmp_path / "words.ttl"
    path.write_text(
        PREFIXES + "ex:u a skos:Concept, litkg:Method ; skos:prefLabel 'U-Nets' ; skos:altLabel"
        " 'ConvU' . ex:mine a skos:Concept ; skos:prefLabel 'mine net' ; skos:broader ex:u .",
        encoding="utf-8",
    )
    vocabulary = vocabulary_with([path])
    listed = vocabulary["method:u-net"]
    assert ("U-Nets", "urn:litkg:method:unet") == (listed.name, listed.iri)
    assert vocabulary.find(METHOD, "ConvU") is listed
    mine = vocabulary.find(METHOD, "mine net")
    assert mine is not None
    assert ("method:u-net",) == mine.broader


def test_relative_iris_do_not_depend_on_the_place_of_the_file(tmp_path: Path) -> None:
    """The same file elsewhere gives the same entries, ids included."""
    one = tmp_path / "words.ttl"
    one.write_text(
        PREFIXES + "<#a> a skos:Concept, litkg:Task ; skos:prefLabel 'zyx task' .", encoding="utf-8"
    )
    (tmp_path / "other").mkdir()
    other = shutil.copy(one, tmp_path / "other" / "words.ttl")
    assert list(vocabulary_with([one])) == list(vocabulary_with([other]))


RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns:skos="http://www.w3.org/2004/02/skos/core#"><skos:Concept'
    ' rdf:about="http://example.org/a"><rdf:type rdf:resource="&litkg;Task"/>'
    '<skos:prefLabel xml:lang="en">&label;</skos:prefLabel></skos:Concept></rdf:RDF>'
)
LITKG = '<!ENTITY litkg "urn:litkg:ns:">'


def test_entities_of_the_file_itself_are_known() -> None:
    """Ontology editors abbreviate namespaces by them."""
    text = f'<!DOCTYPE rdf:RDF [{LITKG}<!ENTITY label "inner">]>{RDF}'
    (entry,) = parse_concepts(text, "RDF/XML", "a.rdf")
    assert ("inner", TASK) == (entry.name, entry.type)


@pytest.mark.parametrize("kind", ["SYSTEM", "PUBLIC 'x'"])
def test_other_files_are_not_read(tmp_path: Path, kind: str) -> None:
    """An external entity is refused by line, not followed."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret", encoding="utf-8")
    entity = f'<!ENTITY label {kind} "{secret.as_uri()}">'
    with pytest.raises(VocabularyError) as caught:
        list(parse_concepts(f"<!DOCTYPE rdf:RDF [\n{LITKG}{entity}]>{RDF}", "RDF/XML", "a.rdf"))
    assert "a.rdf:2: external entity 'label'; nothing but the file itself is read" == str(
        caught.value
    )


def test_xml_does_not_grow_without_measure() -> None:
    """Entities made of entities end before they fill the memory."""
    tower = "".join(f'<!ENTITY label{step} "{f"&label{step - 1};" * 10}">' for step in range(1, 12))
    text = f'<!DOCTYPE rdf:RDF [{LITKG}<!ENTITY label0 "lol">{tower}]>' + RDF.replace(
        "&label;", "&label11;"
    )
    with pytest.raises(VocabularyError, match=r"a\.rdf:1: cannot be read as RDF/XML; limit on"):
        list(parse_concepts(text, "RDF/XML", "a.rdf"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<rdf:RDF>\n</rdf:RDf>", r"a\.rdf:2: cannot be read as RDF/XML; mismatched tag"),
        ("<html/>", r"a\.rdf: cannot be read as RDF/XML; .*namespaces"),
        (
            RDF.replace("&litkg;", "").replace("&label;", "").replace("skos:Concept", "skos:Thing"),
            r"a\.rdf: holds no skos:Concept; a thesaurus states each as one",
        ),
        ("", r"a\.rdf:1: cannot be read as RDF/XML; no element found"),
    ],
)
def test_bad_xml_is_refused_by_line(text: str, message: str) -> None:
    """The message names file and line."""
    with pytest.raises(VocabularyError, match=message):
        list(parse_concepts(text, "RDF/XML", "a.rdf"))


def test_a_long_chain_of_concepts_is_read() -> None:
    """Depth is no obstacle."""
    chain = "".join(
        f"ex:c{step} a skos:Concept ; skos:prefLabel 'c {step} x' ; skos:broader ex:c{step - 1} .\n"
        for step in range(1, 1200)
    )
    found = read("ex:c0 a skos:Concept, litkg:Task ; skos:prefLabel 'top' .\n" + chain)
    assert {TASK} == {entry.type for entry in found.values()}


@given(st.data(), st.sampled_from(["Turtle", "RDF/XML"]))
def test_a_damaged_thesaurus_is_read_or_refused(data: st.DataObject, syntax: str) -> None:
    """Whatever stands in a file, no other error comes out."""
    text = PREFIXES + THESAURUS
    if syntax == "RDF/XML":
        text = f'<!DOCTYPE rdf:RDF [{LITKG}<!ENTITY label "inner">]>{RDF}'
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    patch = data.draw(
        st.text(st.sampled_from("<>\"'@;.,[](){}\\^_:#&%/!?ab \n\x1b\x00é光"), max_size=4)
    )
    try:
        read_names = [
            entry.name for entry in parse_concepts(text[:start] + patch + text[end:], syntax, "f")
        ]
    except VocabularyError:
        return
    assert all(read_names)
