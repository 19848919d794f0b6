"""Tasks stated as verb phrases ("predicting survival")."""

from __future__ import annotations

from spacy.tokens import Doc


def mark_task_verbs(doc: Doc) -> Doc:
    """Write the phrases to ``doc.spans["verb"]`` (spaCy component)."""
    doc.spans["verb"] = []
    return doc
