"""How doubtful the merges behind each entity are."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from itertools import groupby
from operator import itemgetter

from exports.streams import Row, resorted
from ontology.tables import GraphTables

_COLUMNS = ("entity", "outcome", "doubt", "form")


def doubts(graph: GraphTables) -> Generator[Row, None, None]:
    """Stream entity, its highest doubt and the names merged at that, ascending by entity.

    Entities into which no other name was merged are left out. Close it where it is not read to the
    end, as :func:`exports.streams.resorted`.
    """
    with closing(resorted(graph, "merges", _COLUMNS, _COLUMNS)) as found:
        merged = (row for row in found if row[1] == "merged")
        for entity, same in groupby(merged, itemgetter(0)):
            rows = list(same)
            highest = rows[-1][2]
            names = dict.fromkeys(form for _, _, doubt, form in rows if doubt == highest)
            yield entity, highest, list(names)
