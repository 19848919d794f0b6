"""Fit how sure entities and relations are: python benchmarks/fit_confidence.py GOLD [--write].

Model and rules read those papers of GOLD that ``kg train`` held out. Entities get the points of
``extractors/words/confidence_points.tsv``: ten times the weights of a logistic regression over the
evidence that ``extractors.confidence`` names. Relations get the weights of another one over the
log-odds of model and rules, printed for ``extractors/learned.py``. Calibration is printed as it is
on papers left out of the fit (five folds).
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from fit_cue_points import WORDS, Floats, Indicators, fit, with_sentences

from extractors.confidence import evidence
from extractors.learned import relation_odds
from extractors.model_files import SHIPPED
from extractors.pipeline import load, read_with
from extractors.settings import Settings
from extractors.tagger import Tagger
from extractors.training.encoding import held_out
from extractors.weighing import settled_finds
from kg.annotation_records import read_annotations
from kg.calibration import Calibration, binned
from kg.matching import distinct_relations, matched_entities
from ontology.records import AnnotatedPaper, PaperEntity

HEADER = """\
# Points that a piece of evidence gives to an entity where the model has read the paper: ten times
# the weights of a logistic regression (benchmarks/fit_confidence.py) over papers that the model was
# not trained on, rounded, so points are log-odds; evidence seen fewer than 10 times is left out.
# evidence	points
"""
FOLDS = 5


def probability(
    paper_start: int, entity: PaperEntity, finds: dict[tuple[int, int], float]
) -> float:
    """The probability of an entity's surest mention."""
    return max(
        finds[
            mention.start + (0 if mention.field == "title" else paper_start),
            mention.end + (0 if mention.field == "title" else paper_start),
        ]
        for mention in entity.mentions
    )


def calibration_error(measure: str, confidence: Floats, right: Floats) -> float:
    """Expected calibration error as ``kg evaluate`` has it, in percent."""
    judged = zip(confidence.tolist(), (right > 0).tolist(), strict=True)
    return 100 * Calibration(measure, binned(judged)).error


def logistic(rows: Floats, right: Floats, steps: int = 50) -> Floats:
    """Weights of a logistic regression by Newton's method; columns of ``rows`` are its terms."""
    weights = np.zeros(rows.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-rows @ weights))
        curve = rows.T @ (rows * (chance * (1 - chance))[:, None]) + 1e-6 * np.eye(len(weights))
        weights += np.linalg.solve(curve, rows.T @ (right - chance))
    result: Floats = weights
    return result


def main() -> None:
    """Read the held-out papers, fit, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    nlp = load(Settings(model=arguments.model))
    tagger = Tagger(arguments.model)
    names: list[list[str]] = []
    found: list[bool] = []
    odds: list[tuple[float, float, float]] = []
    stated: list[bool] = []
    folds: tuple[list[int], list[int]] = ([], [])
    papers = [item for item in read_annotations(arguments.gold) if held_out(item.paper.id)]
    for number, gold in enumerate(map(with_sentences, papers)):
        doc = read_with(gold.paper, nlp)
        entities: tuple[PaperEntity, ...] = doc.user_data["entities"]
        finds = {(found.start, found.end): found.probability for found in settled_finds(doc)}
        matched = matched_entities(gold, AnnotatedPaper(gold.paper, entities))
        right = {position: truth for truth, position in matched.items()}
        for position, entity in enumerate(entities):
            sure = probability(len(gold.paper.title) + 1, entity, finds)
            names.append(evidence(entity.sources, len(entity.mentions), sure, entity.type))
            found.append(position in right)
            folds[0].append(number % FOLDS)
        truths = distinct_relations(gold)
        for item, learned in relation_odds(doc, tagger):
            if learned is not None:
                odds.append((learned, item.points / 10, 1.0))
                ends = right.get(item.head, -1), right.get(item.tail, -1)
                stated.append((ends[0], item.relation, ends[1]) in truths)
                folds[1].append(number % FOLDS)
    _entities(names, np.array(found, dtype=float), np.array(folds[0]), write=arguments.write)
    _relations(np.array(odds), np.array(stated, dtype=float), np.array(folds[1]))


def _entities(names: list[list[str]], right: Floats, folds: Floats, *, write: bool) -> None:
    seen = Counter(name for row in names for name in row)
    kept = sorted(name for name, number in seen.items() if number >= 10)

    def weights(chosen: Floats) -> Floats:
        shown = Indicators([names[row] for row in np.flatnonzero(chosen)], kept)
        return fit(shown, right[chosen][:, None], penalty=3.0, rate=0.05, steps=500)

    judged = np.zeros(len(right))
    for fold in range(FOLDS):
        out = folds == fold
        rows = Indicators([names[row] for row in np.flatnonzero(out)], kept)
        judged[out] = 1 / (1 + np.exp(-rows.times(weights(~out))[:, 0]))
    print(
        f"entities: {len(right)}, calibration error {calibration_error('entity', judged, right):.1f}"
    )
    points = dict(zip(kept, weights(right >= 0)[:, 0], strict=True))
    lines = [f"{name}\t{round(float(10 * value))}" for name, value in points.items()]
    if write:
        (WORDS / "confidence_points.tsv").write_text(HEADER + "\n".join(lines) + "\n", "utf-8")
    else:
        print("\n".join(lines))


def _relations(odds: Floats, right: Floats, folds: Floats) -> None:
    judged = np.zeros(len(right))
    for fold in range(FOLDS):
        out = folds == fold
        judged[out] = 1 / (1 + np.exp(-odds[out] @ logistic(odds[~out], right[~out])))
    shown = judged >= 0.2
    print(
        f"relations: {len(right)} considered, {int(right.sum())} right; calibration error"
        f" from 0.2 {calibration_error('relation', judged[shown], right[shown]):.1f}"
    )
    for least in (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45):
        kept = judged >= least
        precision, recall = right[kept].mean(), right[kept].sum() / right.sum()
        both = 2 * precision * recall / (precision + recall)
        print(
            f"  from {least}: precision {precision:.3f}, recall of these {recall:.3f}, {both:.3f}"
        )
    print("OF_MODEL, OF_RULES, BIAS =", np.round(logistic(odds, right), 2).tolist())


if __name__ == "__main__":
    main()
