"""Fit which candidates are mentions: python benchmarks/fit_mention_points.py GOLD [--write].

Model and rules read those papers of GOLD that ``kg train`` held out; the points of
``extractors/words/mention_points.tsv`` are ten times the weights of a logistic regression over the
evidence that ``extractors.weighing`` names. All candidates of one spelling and type in a paper count
as one example, since they are one entity. Without ``--write``, the scores of mentions are printed as
they are on papers left out of the fit (ten folds), by the least probability.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from fit_cue_points import WORDS, Floats, Indicators, fit

from extractors.candidates import Candidate
from extractors.model_files import SHIPPED
from extractors.pipeline import load, read_with
from extractors.reading import text_of
from extractors.settings import Settings
from extractors.training.encoding import held_out
from extractors.weighing import best_set, candidates_of, evidence
from kg.annotation_records import read_annotations
from ontology.names import match_key
from ontology.records import AnnotatedPaper

HEADER = """\
# Points that a piece of evidence gives to a candidate for a mention: ten times the weights of a
# logistic regression (benchmarks/fit_mention_points.py) over papers that the model was not trained
# on, rounded, so points are log-odds; evidence seen fewer than 10 times is left out.
# evidence	points
"""
FOLDS = 10
LEAST_SEEN = 10


class Examples(NamedTuple):
    """The candidates of one paper, what speaks for them, whether they are mentions, and what is."""

    candidates: list[Candidate]
    evidence: list[list[str]]
    right: list[bool]
    shares: list[float]
    mentions: int


def mentions_of(annotated: AnnotatedPaper) -> set[tuple[int, int, str]]:
    """Offsets in the Doc's text, and type, of all mentions."""
    shift = len(annotated.paper.title) + 1
    return {
        (mention.start + base, mention.end + base, entity.type.value)
        for entity in annotated.entities
        for mention in entity.mentions
        for base in (0 if mention.field == "title" else shift,)
    }


def points(papers: Sequence[Examples]) -> dict[str, int]:
    """Points of each evidence, rounded."""
    names = [row for paper in papers for row in paper.evidence]
    seen = Counter(name for row in names for name in row)
    kept = sorted(name for name, number in seen.items() if number >= LEAST_SEEN)
    right = np.array([value for paper in papers for value in paper.right], dtype=float)
    shares = np.array([value for paper in papers for value in paper.shares])
    weights: Floats = fit(
        Indicators(names, kept),
        right[:, None],
        penalty=3.0,
        rate=0.05,
        steps=300,
        shares=shares[:, None],
    )
    return {name: round(float(10 * value)) for name, value in zip(kept, weights[:, 0], strict=True)}


def print_scores(papers: Sequence[Examples]) -> None:
    """Precision, recall and F1 of mentions in papers left out of the fit."""
    judged: list[tuple[Examples, list[float]]] = []
    for fold in range(FOLDS):
        table = points([paper for place, paper in enumerate(papers) if place % FOLDS != fold])
        judged += (
            (paper, [sum(table.get(name, 0) for name in row) / 10 for row in paper.evidence])
            for paper in papers[fold::FOLDS]
        )
    truths = sum(paper.mentions for paper in papers)
    for least in (0.22, 0.25, 0.28, 0.31, 0.34, 0.37, 0.4, 0.45):
        kept = [
            paper.right[place]
            for paper, odds in judged
            for place in best_set(paper.candidates, odds, least)
        ]
        precision, recall = sum(kept) / len(kept), sum(kept) / truths
        both = 2 * precision * recall / (precision + recall)
        print(f"from {least}: precision {precision:.3f}, recall {recall:.3f}, F1 {both:.3f}")


def main() -> None:
    """Read the held-out papers, fit, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    nlp = load(Settings(model=arguments.model))
    papers: list[Examples] = []
    for annotated in read_annotations(arguments.gold):
        if not held_out(annotated.paper.id):
            continue
        doc = read_with(annotated.paper, nlp)
        found, text = candidates_of(doc), text_of(doc)
        truth = mentions_of(annotated)
        keys = [(match_key(text[one.start : one.end]), one.type) for one in found]
        times = Counter(keys)
        papers.append(
            Examples(
                found,
                evidence(found, text),
                [one[:3] in truth for one in found],
                [1 / times[key] for key in keys],
                len(truth),
            )
        )
    if arguments.write:
        rows = sorted(points(papers).items())
        lines = (f"{name}\t{value}" for name, value in rows if value)
        (WORDS / "mention_points.tsv").write_text(HEADER + "\n".join(lines) + "\n", "utf-8")
    else:
        print_scores(papers)


if __name__ == "__main__":
    main()
