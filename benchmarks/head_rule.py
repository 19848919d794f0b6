"""Measure how often the head of a listed name is a broader term of it, for each type.

    python benchmarks/head_rule.py

Every entry of the vocabulary is put to the head rule of ``kg/hierarchy.py``, with all other entries
as possible heads. An answer is right where it is among the entry's broader terms or theirs in turn;
entries that the vocabulary leaves without broader term cannot judge it and are counted apart. The
shares printed are ``HEAD_CONFIDENCE``.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from kg.hierarchy import Named, head_steps
from ontology.identifiers import entity_iri
from ontology.terms import EntityType
from ontology.vocabulary.reader import Entry, Vocabulary, shipped_vocabulary


@dataclass(frozen=True, slots=True)
class HeadScore:
    """Of ``judged`` answers ``right`` are broader terms; ``unjudged`` entries have none listed."""

    judged: int
    right: int
    unjudged: int
    wrong: tuple[tuple[str, str], ...]

    @property
    def share(self) -> float:
        """Right answers among those judged."""
        return self.right / self.judged


def measure(vocabulary: Vocabulary, kind: EntityType) -> HeadScore:
    """Put every entry of one type to the head rule."""
    entries = {_iri(entry): entry for entry in vocabulary if entry.type is kind}
    named = [Named(iri, kind, entry.name, 0, True, False) for iri, entry in entries.items()]
    aliases = [(iri, alias.name) for iri, entry in entries.items() for alias in entry.aliases]
    answers = [
        (entries[step.narrower], entries[step.broader]) for step in head_steps(named, aliases)
    ]
    judged = [(entry, head) for entry, head in answers if entry.broader]
    wrong = [
        (entry.name, head.name)
        for entry, head in judged
        if head.id not in vocabulary.ancestors(entry.id)
    ]
    return HeadScore(
        len(judged), len(judged) - len(wrong), len(answers) - len(judged), tuple(wrong)
    )


def _iri(entry: Entry) -> str:
    return entity_iri(entry.type, entry.name)


def main() -> None:
    """Print a line for each type, and the first answers that the vocabulary does not bear out."""
    for kind in (EntityType.MODALITY, EntityType.METHOD, EntityType.TASK):
        score = measure(shipped_vocabulary(), kind)
        print(
            f"{kind.value:<9} right {score.right} of {score.judged} ({score.share:.3f}),"
            f" not judged {score.unjudged}"
        )
        for name, head in score.wrong[:10]:
            print(f"          {name} -> {head}")


if __name__ == "__main__":
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    main()
