"""Sentences that say what an entity is: "U-Net, a network that ...", "MNIST is a set of ...".

No table holds definitions, and most sentences that name a thing take it for known. Only firm
patterns count: the name as subject of "is a", "refers to" and the like, an apposition right after
it, and its kind before "called". What praises or deplores says nothing ("a challenging task").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from exports.columns import FIELDS, Spans
from ontology.terms import EntityType

LONGEST = 400
"""Characters of a sentence that can stand as a definition."""

_SHORT_FORM = r"(?:\s*\([^()]{1,40}\))?"
_PRAISE = (
    r"(?:\w+ly\s+|more\s+|most\s+|very\s+|new\s+)*"
    r"(?:active|appealing|attractive|best|better|big|bottleneck|case|central|challenge|challenging|"
    r"common|complex|core|critical|crucial|difficult|essential|first|fundamental|good|great|growing|"
    r"hard|hot|important|inherent|integral|key|lack|leading|long-?standing|main|major|natural|"
    r"necessary|need|next|notorious|open|popular|possible|powerful|primary|problem|prominent|"
    r"promising|reason|reasonable|result|same|second|serious|significant|simple|step|strong|"
    r"suitable|trending|ubiquitous|useful|valuable|viable|vital|way|well-known)\b"
)
_SUBJECT = re.compile(
    r"^\W*(?:(?:in|for|as|since|recently|today|here|thus|hence)\b[^,]{0,60},\s*)?(?:the|an?|our)?\s*$",
    re.IGNORECASE,
)
_PREDICATE = re.compile(
    rf"^{_SHORT_FORM}\s+(?:"
    rf"(?:is|are)\s+an?\s+(?!{_PRAISE})\w"
    r"|is\s+the\s+(?:\w+\s+)?(?:ability|act|art|field|practice|problem|process|study|task)\s+of\b"
    r"|are\s+(?!\w+(?:ly|ed)\b)(?:\w[\w-]*\s+){1,5}(?:that|which|whose)\b"
    r"|(?:refers?\s+to|denotes?|stands\s+for|consists?\s+of|comprises?|aims?\s+(?:to|at)"
    r"|seeks?\s+to|is\s+defined\s+as)\s+(?!(?:\w+\s+)?(?:this|that|these)\b)\w"
    r")",
    re.IGNORECASE,
)
_APPOSITION = re.compile(
    rf"^{_SHORT_FORM}\s*[,–—]\s*an?\s+(?!{_PRAISE})(?P<kind>[^,;:.()]{{8,200}})(?P<sign>.?)",
    re.IGNORECASE,
)
_LEADING = (
    r"(?:across|after|although|as|at|based|by|compared|despite|different|due|during|especially|except|"
    r"for|from|given|if|in|instead|on|since|through|to|under|unlike|via|when|while|with|without)"
)
_OPENING = re.compile(
    rf"^\W*(?:\w+(?:ing|ed)\b|{_LEADING}\b[^,]*$)|,\s*(?:and,?\s+)?{_LEADING}\b[^,]*$|:"
    rf"|\bthat,?\s+{_LEADING}\b[^,]*$|\b(?:and|or|both)\s+$|\b(?:by|when|while|after)\s+\w+ing\b[^,]*$",
    re.IGNORECASE,
)
"""What makes a comma after the name the end of an opening phrase, or the name part of a list."""
_CLAUSE = re.compile(
    r"\band\s+an?\b|^(?:(?!\b(?:that|which|who|whose|where)\b).)*?\b(?:is|are|was|were|has|have|can|will|should)\b"
)
_NEXT_ITEM = re.compile(r"^\s*(?:and\s+)?(?:an?|the)\s", re.IGNORECASE)
_CALLED = re.compile(
    r"\ban?\s+(?:(?!(?:is|are)\b)[\w-]+\s+){2,16}?"
    r"\(?(?:called|named|termed|dubbed|coined|known as|referred to as)\s+[\"'“‘]?$",
    re.IGNORECASE,
)
_NAME_ENDS = re.compile(r"^[\"'”’)]?\s*(?:$|[.,;:(]|(?:that|which|to|and|for|is|are)\b)")
_HEADING = re.compile(r"^\s*[:–—]\s*an?\s+\w+", re.IGNORECASE)
_CHINESE = re.compile(r"^\s*(?:[（(][^()（）]{1,40}[)）])?\s*(?:是一[种类个项]|是指|指的是)")


def firmness(sentence: str, start: int, end: int) -> int:
    """How firmly a sentence says what its mention from ``start`` to ``end`` is; 0: not at all.

    >>> firmness("MNIST is a set of handwritten digits.", 0, 5)
    3
    >>> firmness("We propose U-Net, a network of two paths.", 11, 16)
    2
    >>> firmness("Segmentation is a challenging task.", 0, 12)
    0
    >>> firmness("The accuracy of U-Net is a percent higher.", 16, 21)
    0
    """
    before, after = sentence[:start], sentence[end:]
    if len(sentence) > LONGEST:
        return 0
    if _CHINESE.match(after) or (_SUBJECT.match(before) and _PREDICATE.match(after)):
        return 3
    found = _APPOSITION.match(after)
    if found and len(found["kind"].split()) >= 3 and not _OPENING.search(before):
        listed = found["sign"] == "," and _NEXT_ITEM.match(after[found.end() :])
        return 0 if listed or _CLAUSE.search(found["kind"]) else 2
    if _CALLED.search(before) and _NAME_ENDS.match(after):
        return 1
    return int(not before.strip() and bool(_HEADING.match(after)))


def definitions(
    spans: Spans,
    texts: Sequence[tuple[str, str]],
    years: Sequence[int],
    introducing: AbstractSet[tuple[int, int]],
    types: Sequence[EntityType],
) -> dict[int, tuple[int, str, int, int, int]]:
    """The firmest definition of each node that has one: paper, field, start, end, mention's start.

    ``texts`` are abstract and title of each paper. Of equally firm ones that of a paper among the
    ``introducing`` pairs of paper and node wins, then that of the newest.
    """
    best: dict[int, tuple[tuple[int, bool, int, int, int], str, int, int]] = {}
    for (paper, node), mentions in spans.items():
        for field, start, end, opening, closing in mentions:
            sentence = texts[paper][field][opening:closing]
            firm = firmness(sentence, start - opening, end - opening)
            # "On raw images, a ..." begins a new thing more often than it explains the data.
            if firm < (3 if types[node] is EntityType.MODALITY else 1):
                continue
            rank = (firm, (paper, node) in introducing, years[paper], -paper, -start)
            if node not in best or rank > best[node][0]:
                best[node] = (rank, FIELDS[field], opening, closing)
    return {
        node: (-rank[3], field, opening, closing, -rank[4])
        for node, (rank, field, opening, closing) in best.items()
    }
