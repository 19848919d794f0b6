"""Make the points of the cue tables from annotated papers: python benchmarks/fit_cue_points.py GOLD.

Roles get the weights of one multinomial logistic regression over the evidence that
``extractors.roles`` names, relations those of one binary regression each over that of
``extractors.relations``, times ten, rounded, without the evidence that matters little. Four fifths
of the papers, chosen by a hash of their ids, are fitted with ``--write``, which replaces the tables in
``extractors/words``; without it, the scores of the present tables on the last fifth are printed.
"""

from __future__ import annotations

import argparse
import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from extractors import relations, roles
from extractors.sentences import sentence_starts
from kg.annotation_records import read_annotations
from kg.evaluate import evaluate
from kg.scores import render
from ontology.records import AnnotatedPaper, Field, Mention
from ontology.terms import RelationType, Role

WORDS = Path(__file__).resolve().parent.parent / "extractors" / "words"
FIELDS: tuple[Field, Field] = ("title", "abstract")
Floats = NDArray[np.float64]

ROLE_HEADER = """\
# Points that a piece of evidence gives to each role; evidence and columns as in the last comment.
# Ten times the weights of a logistic regression (benchmarks/fit_cue_points.py) over four fifths of
# the training annotations, rounded; evidence seen fewer than 20 times or of little weight is left
# out. "right before" and "before" name cue phrases of extractors/cues.py ahead of a mention.
# evidence	introduces	uses	compares	mentions
"""
RELATION_HEADER = """\
# Points that a piece of evidence gives to a relation: ten times the weights of one logistic
# regression a relation (benchmarks/fit_cue_points.py) over four fifths of the training annotations,
# rounded, so points are log-odds; evidence seen fewer than 30 times or of little weight is left
# out. "apart, 1 0": no sentence names both, and head and tail rank second and first among the
# paper's entities of their types, 3 standing for all the rest. The few annotations of trained-on
# fit no regression: its points are set by hand.
# relation	evidence	points
"""
# Precision over the fitted papers: "M trained on D" 4 of 6, a form of "train" in between 7 of 19,
# the dataset first 5 of 13.
BY_HAND = {
    RelationType.TRAINED_ON: {
        "any": -25,
        "head first, between: train": 4,
        "head first, between: trained on": 26,
        "tail first, between: train": 20,
    }
}


class Indicators:
    """A sparse 0/1 matrix: which of the kept evidence each example shows."""

    def __init__(self, examples: Sequence[Iterable[str]], columns: Sequence[str]) -> None:
        position = {name: column for column, name in enumerate(columns)}
        pairs = [
            (row, position[name])
            for row, names in enumerate(examples)
            for name in names
            if name in position
        ]
        self._rows, self._columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        self.shape = len(examples), len(columns)

    def times(self, weights: Floats) -> Floats:
        """Sum the weights of each example's evidence, one column of weights a class."""
        return np.stack(
            [
                np.bincount(self._rows, column[self._columns], minlength=self.shape[0])
                for column in weights.T
            ],
            axis=1,
        )

    def transposed_times(self, values: Floats) -> Floats:
        """Sum the values of all examples that show each evidence."""
        return np.stack(
            [
                np.bincount(self._columns, column[self._rows], minlength=self.shape[1])
                for column in values.T
            ],
            axis=1,
        )


def fit(
    shown: Indicators,
    truth: Floats,
    penalty: float,
    rate: float,
    steps: int,
    shares: Floats | float = 1.0,
) -> Floats:
    """Fit a logistic regression with an L2 penalty by Adam (Kingma and Ba 2015).

    One column of ``truth`` is a binary regression, several are classes that exclude one another.
    ``shares``, a column, say how much each example counts.
    """
    examples, evidence = shown.shape
    weights = np.zeros((evidence, truth.shape[1]))
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, steps + 1):
        scores = shown.times(weights)
        if truth.shape[1] == 1:
            chances = 1 / (1 + np.exp(-scores))
        else:
            chances = np.exp(scores - scores.max(axis=1, keepdims=True))
            chances /= chances.sum(axis=1, keepdims=True)
        slope = (shown.transposed_times(shares * (chances - truth)) + penalty * weights) / examples
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        weights -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return weights


def role_points(papers: Sequence[AnnotatedPaper]) -> dict[str, list[int]]:
    """Points of each kept evidence for the four roles."""
    examples: list[set[str]] = []
    truth: list[int] = []
    for annotated in papers:
        examples += roles.evidence(annotated.paper, annotated.entities)
        truth += (list(Role).index(entity.role) for entity in annotated.entities)
    classes = np.eye(len(Role))[truth]
    seen = Counter(name for names in examples for name in names)
    kept = sorted(name for name, number in seen.items() if number >= 20)
    for least in (0.3, 0.0):
        weights = fit(Indicators(examples, kept), classes, penalty=5.0, rate=0.05, steps=300)
        points = {
            name: row for name, row in zip(kept, weights, strict=True) if abs(row).max() >= least
        }
        kept = list(points)
    return {name: [round(float(10 * value)) for value in row] for name, row in points.items()}


def relation_points(papers: Sequence[AnnotatedPaper]) -> dict[RelationType, dict[str, int]]:
    """Points of each kept evidence for each relation."""
    examples: dict[RelationType, list[set[str]]] = {relation: [] for relation in RelationType}
    truth: dict[RelationType, list[bool]] = {relation: [] for relation in RelationType}
    for annotated in papers:
        paper = annotated.paper
        gold = {(item.head, item.relation, item.tail) for item in annotated.relations}
        entities = roles.assign_roles(paper, annotated.entities)
        for (head, tail), names in relations.evidence(paper, entities):
            for relation in RelationType:
                if relation.allows(entities[head].type, entities[tail].type):
                    examples[relation].append(set(names))
                    truth[relation].append((head, relation, tail) in gold)
    points: dict[RelationType, dict[str, int]] = {}
    for relation in RelationType:
        if relation in BY_HAND:
            points[relation] = BY_HAND[relation]
            continue
        answers = np.array(truth[relation], dtype=np.float64)[:, None]
        seen = Counter(name for names in examples[relation] for name in names)
        share = {name: min(number / len(answers), 0.5) for name, number in seen.items()}
        kept = sorted(name for name, number in seen.items() if number >= 30)
        for least in (0.1, 0.2, 0.3, 0.4, 0.0):
            shown = Indicators(examples[relation], kept)
            weights = fit(shown, answers, penalty=5.0, rate=0.06, steps=250)[:, 0]
            fitted = dict(zip(kept, weights, strict=True))
            kept = [
                name
                for name in kept
                if name == "any"
                or (
                    abs(fitted[name]) >= least
                    and abs(fitted[name]) * share[name] ** 0.5 >= least * 0.15
                )
            ]
        points[relation] = {name: round(float(10 * fitted[name])) for name in kept}
    return points


def with_sentences(annotated: AnnotatedPaper) -> AnnotatedPaper:
    """Give the mentions of an annotation file, which holds no sentences, theirs."""
    starts = {
        field: [*sentence_starts(annotated.paper.text(field)), len(annotated.paper.text(field))]
        for field in FIELDS
    }

    def placed(mention: Mention) -> Mention:
        bounds = starts[mention.field]
        sentence = bisect_right(bounds, mention.start)
        text = annotated.paper.text(mention.field)[: bounds[sentence]]
        return replace(
            mention,
            sentence_start=bounds[sentence - 1],
            sentence_end=max(len(text.rstrip()), mention.end),
        )

    return replace(
        annotated,
        entities=tuple(
            replace(entity, mentions=tuple(map(placed, entity.mentions)))
            for entity in annotated.entities
        ),
    )


def main() -> None:
    """Fit and write the tables, or score them on the papers left out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    fitted: list[AnnotatedPaper] = []
    left_out: list[AnnotatedPaper] = []
    for annotated in map(with_sentences, read_annotations(arguments.gold)):
        last_fifth = hashlib.sha1(annotated.paper.id.encode()).digest()[0] % 5 == 0
        (left_out if last_fifth else fitted).append(annotated)
    if arguments.write:
        rows = (
            "\t".join([name, *map(str, numbers)])
            for name, numbers in sorted(role_points(fitted).items())
        )
        (WORDS / "role_points.tsv").write_text(ROLE_HEADER + "\n".join(rows) + "\n", "utf-8")
        rows = (
            f"{relation.value}\t{name}\t{number}"
            for relation, table in relation_points(fitted).items()
            for name, number in sorted(table.items())
            if number or name == "any"
        )
        (WORDS / "relation_points.tsv").write_text(
            RELATION_HEADER + "\n".join(rows) + "\n", "utf-8"
        )
        return
    found: list[AnnotatedPaper] = []
    for annotated in left_out:
        entities = roles.assign_roles(annotated.paper, annotated.entities)
        stated = relations.find_relations(annotated.paper, entities)
        found.append(AnnotatedPaper(annotated.paper, entities, stated))
    print(render(evaluate(left_out, found)))


if __name__ == "__main__":
    main()
