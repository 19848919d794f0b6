"""Make the points by which mentions are joined: python benchmarks/fit_grouping_points.py GOLD.

One logistic regression over the evidence that ``extractors.same_entity`` names, about every pair of
groups that the certain steps leave apart. With ``--write`` it is fitted to all papers and replaces the
table in ``extractors/words``; without, what it reaches on five folds is printed.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from extractors import same_entity
from extractors.pipeline import load, regroup
from extractors.same_entity import Named, comparable
from extractors.settings import Settings
from kg.annotation_records import read_annotations
from ontology.records import AnnotatedPaper, PaperEntity
from ontology.vocabulary.reader import shipped_vocabulary

TABLE = Path(same_entity.__file__).parent / "words" / "grouping_points.tsv"
HEADER = """\
# Points that a piece of evidence about two names of one type gives to their being one entity: ten
# times the weights of a logistic regression (benchmarks/fit_grouping_points.py) over the training
# annotations, rounded; evidence seen fewer than 30 times or of little weight is left out.
# evidence	points
"""
SEEN = 30
FOLDS = 5
STRENGTH = 0.3
"""Inverse of the L2 penalty."""
Floats = NDArray[np.float64]


def main() -> None:
    """Fit and write, or fit and score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    same_entity._points.cache_clear()  # noqa: SLF001  what the certain steps leave, without points
    same_entity._points = dict  # noqa: SLF001
    nlp = load(Settings())
    examples = [
        (place, found, same)
        for path in arguments.gold
        for place, annotated in enumerate(read_annotations(path))
        for found, same in _pairs(annotated, regroup(annotated, nlp))
    ]
    counts = Counter(one for _, found, _ in examples for one in found)
    columns = [one for one, count in sorted(counts.items()) if count >= SEEN]
    table = np.array([[one in found for one in columns] for _, found, _ in examples], float)
    same = np.array([same for _, _, same in examples], float)
    papers = np.array([place for place, _, _ in examples])
    print(f"{len(same)} pairs, {same.mean():.1%} of them one entity")
    if arguments.write:
        points = np.rint(10 * _fitted(table, same)).astype(int)
        rows = [f"{one}\t{point}\n" for one, point in zip(columns, points, strict=True) if point]
        TABLE.write_text(HEADER + "".join(rows), encoding="utf-8")
        return
    joined = np.zeros(len(same), bool)
    for fold in range(FOLDS):
        held = papers % FOLDS == fold
        joined[held] = table[held] @ np.rint(10 * _fitted(table[~held], same[~held])) > 0
    right = int(same[joined].sum())
    print(f"joined {joined.sum()}, rightly {right}; of those to join {right / same.sum():.1%}")


def _pairs(gold: AnnotatedPaper, grouped: AnnotatedPaper) -> list[tuple[frozenset[str], bool]]:
    owner = {
        (mention.field, mention.start, entity.type): place
        for place, entity in enumerate(gold.entities)
        for mention in entity.mentions
    }
    owners = [
        Counter(
            owner[mention.field, mention.start, entity.type] for mention in entity.mentions
        ).most_common(1)[0][0]
        for entity in grouped.entities
    ]
    named = [_named(entity) for entity in grouped.entities]
    return [(found, owners[first] == owners[second]) for first, second, found in comparable(named)]


def _named(entity: PaperEntity) -> Named:
    find = shipped_vocabulary().find
    return Named(
        entity.type.value,
        entity.forms,
        frozenset((one.field == "title", one.sentence_start) for one in entity.mentions),
        any(mention.field == "title" for mention in entity.mentions),
        next((entry.id for form in entity.forms if (entry := find(entity.type, form))), ""),
    )


def _fitted(table: Floats, same: Floats) -> Floats:
    """Weights of a logistic regression with an L2 penalty, by Newton's method."""
    weights = np.zeros(table.shape[1])
    for _ in range(30):
        shares = 1 / (1 + np.exp(-(table @ weights)))
        gradient = table.T @ (shares - same) + weights / STRENGTH
        curvature = (table * (shares * (1 - shares))[:, None]).T @ table
        weights -= np.linalg.solve(curvature + np.eye(len(weights)) / STRENGTH, gradient)
    return weights


if __name__ == "__main__":
    main()
