"""Write vocabulary entries as lines of a tab-separated vocabulary file."""

from __future__ import annotations

import re

from ontology.errors import VocabularyError
from ontology.vocabulary.reader import COLUMNS, Alias, Entry, parse_entries

HEADER = "\t".join(COLUMNS)
"""First line of a vocabulary file."""

_SEPARATOR = re.compile(r"[|\x00-\x1f\x7f-\x9f\u2028\u2029]")


def line_of(entry: Entry) -> str:
    """One line of a vocabulary file, without line end, from which the entry is read again.

    Raises :class:`VocabularyError` where a line cannot hold the entry: tabs, line ends and other
    control characters anywhere, a bar in a name, space around a cell, or an ``iri_name``.

    >>> from ontology.terms import EntityType
    >>> entry = Entry("task:a", EntityType.TASK, "a task", (Alias("任务", "zh"),), ("task:b",))
    >>> line_of(entry)
    'task:a\\tTask\\ta task\\t任务@zh\\ttask:b\\t'
    >>> [entry] == list(parse_entries(f"{HEADER}\\n{line_of(entry)}\\n", "a file"))
    True
    """
    cells = [entry.id, *entry.names, *entry.broader, entry.note.replace("|", "")]
    if (odd := next(filter(None, map(_SEPARATOR.search, cells)), None)) is not None:
        raise VocabularyError(
            f"{entry.where}: {odd.string!r} holds {odd[0]!r}; it parts cells, lines or names in a"
            " vocabulary file"
        )
    row = [
        entry.id,
        entry.type.value,
        entry.name,
        "|".join(map(_cell, entry.aliases)),
        "|".join(entry.broader),
        entry.note,
    ]
    line = "\t".join(row)
    if [entry] != list(parse_entries(f"{HEADER}\n{line}", entry.where)):
        raise VocabularyError(f"{entry.where}: {line!r} would be read as another entry")
    return line


def _cell(alias: Alias) -> str:
    """The alias with its language, which an English name needs only where it holds an at sign.

    >>> _cell(Alias("图像", "zh")), _cell(Alias("image")), _cell(Alias("recall@k"))
    ('图像@zh', 'image', 'recall@k@en')
    """
    plain = alias.language == "en" and "@" not in alias.name
    return alias.name if plain else f"{alias.name}@{alias.language}"
