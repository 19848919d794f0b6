"""New terms: the entities that the vocabulary does not list, those most worth listing first.

The score of a term is the product of what speaks for it, and every part is shown with it:

``rise``
    how surprising it is that so many of its papers are new: the log-likelihood ratio (Dunning 1993)
    of its papers of the last two years, and again of the last year, beside the shares of all papers
    that are; plus the logarithm of its papers, which alone counts where nothing rises.
``spread``
    how far its papers stand for themselves: of a venue with n papers of it the root of n counts, of
    a team (papers with one last author) one paper; the geometric mean of both shares.
``use``
    the share of its papers that take it up: all but those that introduce it after the first one did.
    What each paper introduces anew is a phrase, what others use is a term.
``cohesion``
    1 to 2: how much more often than by chance its last word stands behind its rarest other word in
    the names of the graph (normalised pointwise mutual information, Bouma 2009). The words of a term
    belong together, those of a description meet by chance. 1.5 for a single word.
``whole``
    0.5 where the name is but the end of listed ones that more papers use, as augmentation is of data
    augmentation; else 1.
``definition``
    1, and half more each where a paper introduces it and where an acronym is defined with its name.

Papers after the year asked for are ignored; papers without a year add nothing to the rise.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from extractors.abbreviations import long_form_start
from kg.graph import Graph
from kg.hierarchy import StepSource, heads_of
from ontology.names import joined_key, key_tokens, match_key
from ontology.terms import EntityType

MIN_PAPERS = 3
"""Papers that a candidate must have unless told otherwise: what two share may be chance."""

RECENT_YEARS = 2
"""Years, the last one included, whose papers are new."""


@dataclass(frozen=True, slots=True)
class BroaderTerm:
    """The nearest listed term above a candidate.

    ``source`` is that of the first step to it, ``confidence`` that of the least sure step.
    """

    iri: str
    name: str
    source: StepSource
    confidence: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A term that the vocabulary lacks: the evidence for it and a proposal for its entry.

    ``recent`` of its ``papers`` are of the last two years, ``introducing`` introduce it, ``titles``
    name it in the title. ``aliases`` are names that differ in more than spelling, the most used
    first; ``acronym`` is one of them or the name itself, or empty.
    """

    iri: str
    type: EntityType
    name: str
    score: float
    rise: float
    spread: float
    use: float
    cohesion: float
    whole: float
    definition: float
    papers: int
    recent: int
    venues: int
    introducing: int
    titles: int
    first_year: int | None
    acronym: str
    aliases: tuple[str, ...]
    broader: BroaderTerm | None = None


def radar(
    graph: Graph,
    *,
    kind: EntityType | None = None,
    year: int | None = None,
    top: int = 50,
    min_papers: int = MIN_PAPERS,
) -> list[Candidate]:
    """Rank the unlisted entities of a graph as of a year, by default that of its last paper.

    Left out are names that the vocabulary knows as another type, and names in fewer papers than
    ``min_papers``. Ties go to more papers, then to the name.
    """
    ask = graph.database.execute
    if year is None:
        year = ask("SELECT max(year) FROM papers").fetchall()[0][0]
    until = {"year": year}
    used = ask(_NAMES, until).fetchall()
    cohesion = Cohesion((name, papers) for _, name, papers in used)
    listed = ask(_LISTED).fetchall()
    known = {match_key(alias) for _, _, alias in listed}
    longer = _papers_by_end(listed, {iri: papers for iri, _, papers in used})
    shares = ask(_SHARES, until | {"years": RECENT_YEARS}).fetchall()[0]
    found = ask(
        _EVIDENCE,
        until | {"type": kind.value if kind else None, "least": min_papers, "years": RECENT_YEARS},
    )
    columns = [column[0] for column in found.description or ()]
    candidates = [
        _candidate(dict(zip(columns, row, strict=True)), shares, cohesion, longer)
        for row in found.fetchall()
    ]
    ranked = sorted(
        (one for one in candidates if match_key(one.name) not in known),
        key=lambda one: (-one.score, -one.papers, one.name, one.iri),
    )[:top]
    above = _broader_terms(graph, [one.iri for one in ranked])
    return [replace(one, broader=above.get(one.iri)) for one in ranked]


class Cohesion:
    """How firmly the words of names belong together, from (name, papers) of a graph.

    >>> names = Cohesion([("beam search", 3), ("fast search", 1), ("fast model", 8)])
    >>> names.of("beam search") > names.of("fast search"), names.of("BERT")
    (True, 1.5)
    """

    def __init__(self, names: Iterable[tuple[str, int]]) -> None:
        self._papers = 0
        self._names: Counter[tuple[str, ...]] = Counter()
        self._last: Counter[str] = Counter()
        self._other: Counter[str] = Counter()
        for name, papers in names:
            words = _words(name)
            if len(words) > 1:
                self._papers += papers
                self._names[words] += papers
                self._last[words[-1]] += papers
                for word in set(words[:-1]):
                    self._other[word] += papers

    def of(self, name: str) -> float:
        """Cohesion of a name among those given, 1 to 2; 1.5 where it is one word."""
        words = _words(name)
        if words not in self._names:
            return 1.5
        share = self._names[words] / self._papers
        if share == 1:
            return 2.0
        rarest = min(self._other[word] for word in words[:-1]) / self._papers
        chance = rarest * self._last[words[-1]] / self._papers
        return 1 + max(0.0, math.log(share / chance) / -math.log(share))


def surprise(found: int, papers: int, share: float) -> float:
    """Log-likelihood ratio of ``found`` papers out of ``papers`` where a ``share`` was expected.

    0 where there are not more than expected.

    >>> round(surprise(5, 5, 0.2), 2), surprise(1, 5, 0.2)
    (16.09, 0.0)
    """
    if not 0 < share < 1 or found <= share * papers:
        return 0.0
    ratio = found * math.log(found / papers / share)
    if rest := papers - found:
        ratio += rest * math.log(rest / papers / (1 - share))
    return 2 * ratio


def _candidate(
    row: dict[str, Any],
    shares: tuple[float, float],
    cohesion: Cohesion,
    longer: Mapping[tuple[str, str], int],
) -> Candidate:
    papers, introducing = row["papers"], row["introducing"]
    acronym = _acronym(row["name"], row["aliases"])
    rise = math.log1p(papers) + sum(
        surprise(row[count], papers, share)
        for count, share in zip(("recent", "newest"), shares, strict=True)
    )
    parts = {
        "rise": rise,
        "spread": math.sqrt(row["venue_weight"] * row["team_weight"]) / papers,
        "use": 1 - max(introducing - 1, 0) / papers,
        "cohesion": cohesion.of(row["name"]),
        "whole": 0.5 if longer.get((row["type"], match_key(row["name"])), 0) > papers else 1.0,
        "definition": 1 + 0.5 * (introducing > 0) + 0.5 * bool(acronym),
    }
    return Candidate(
        iri=row["iri"],
        type=EntityType(row["type"]),
        name=row["name"],
        score=math.prod(parts.values()),
        **parts,
        papers=papers,
        recent=row["recent"],
        venues=row["venues"],
        introducing=introducing,
        titles=row["titles"],
        first_year=row["first_year"],
        acronym=acronym,
        aliases=tuple(_distinct(row["name"], row["aliases"])),
    )


def _papers_by_end(
    names: Iterable[tuple[str, str, str]], papers: Mapping[str, int]
) -> Mapping[tuple[str, str], int]:
    """Papers of the entities whose names, given as (IRI, type, name), end with a key of a type."""
    counted: Counter[tuple[str, str]] = Counter()
    for iri, kind, end in {(iri, kind, end) for iri, kind, name in names for end in heads_of(name)}:
        counted[kind, end] += papers.get(iri, 0)
    return counted


def _words(name: str) -> tuple[str, ...]:
    folded = (joined_key(key_tokens(word)) for word in name.split())
    return tuple(word for word in folded if word)


def _acronym(name: str, aliases: list[str]) -> str:
    """The first name of an entity that shortens another one of several words, or nothing."""
    names = [name, *aliases]
    long_forms = [one for one in names if " " in one]
    for short in names:
        if " " in short or sum(map(str.isupper, short)) < 2:
            continue
        if any(long_form_start(short, one) is not None for one in long_forms):
            return short
    return ""


def _distinct(name: str, aliases: list[str]) -> Iterable[str]:
    """The first alias of each key but that of the name."""
    seen = {match_key(name)}
    for alias in aliases:
        key = match_key(alias)
        if key and key not in seen:
            seen.add(key)
            yield alias


def _broader_terms(graph: Graph, iris: list[str]) -> dict[str, BroaderTerm]:
    rows = graph.database.execute(_BROADER, {"iris": iris}).fetchall()
    return {
        start: BroaderTerm(iri, name, StepSource(source), confidence)
        for start, iri, name, source, confidence in rows
    }


_NAMES = """
SELECT entity, name, count(*) FROM links
JOIN papers ON papers.id = links.paper JOIN entities ON entities.iri = entity
WHERE $year IS NULL OR year IS NULL OR year <= $year
GROUP BY entity, name ORDER BY entity
"""

_LISTED = """
SELECT iri, type, alias FROM aliases JOIN entities ON iri = entity WHERE source = 'vocabulary'
"""

_SHARES = """
SELECT coalesce(avg((year > $year - $years)::INT), 0), coalesce(avg((year = $year)::INT), 0)
FROM papers WHERE year <= $year
"""

_EVIDENCE = """
WITH linked AS (
  SELECT entity, role, papers.id AS paper, year, nullif(venue, '') AS venue,
         coalesce(nullif(authors[-1], ''), papers.id) AS team
  FROM links JOIN papers ON papers.id = links.paper JOIN entities ON entities.iri = entity
  WHERE NOT listed AND ($type IS NULL OR type = $type)
    AND ($year IS NULL OR year IS NULL OR year <= $year)
), counted AS (
  SELECT entity, count(*) AS papers, count(*) FILTER (year > $year - $years) AS recent,
         count(*) FILTER (year = $year) AS newest,
         count(*) FILTER (role = 'introduces') AS introducing,
         count(DISTINCT venue) AS venues, count(DISTINCT team) AS team_weight,
         min(year) AS first_year
  FROM linked GROUP BY entity HAVING count(*) >= $least
), weighed AS (
  SELECT entity, sum(sqrt(papers)) AS venue_weight
  FROM (
    SELECT entity, count(*) AS papers FROM linked GROUP BY entity, coalesce(venue, paper)
  ) GROUP BY entity
), titled AS (
  SELECT entity, count(DISTINCT paper) AS titles
  FROM mentions SEMI JOIN linked USING (entity, paper) WHERE field = 'title' GROUP BY entity
), named AS (
  SELECT entity, list(alias ORDER BY mentions DESC, alias) AS aliases FROM aliases GROUP BY entity
)
SELECT iri, type, name, counted.* EXCLUDE (entity), venue_weight, coalesce(titles, 0) AS titles,
       coalesce(aliases, []) AS aliases
FROM counted JOIN weighed USING (entity) LEFT JOIN titled USING (entity)
LEFT JOIN named USING (entity) JOIN entities ON iri = entity
"""

_BROADER = """
WITH RECURSIVE above AS (
  SELECT narrower AS start, broader AS term, source, confidence, 1 AS depth
  FROM broader WHERE narrower IN (SELECT unnest($iris))
  UNION
  SELECT start, broader.broader, above.source, least(above.confidence, broader.confidence), depth + 1
  FROM above JOIN entities ON iri = term AND NOT listed JOIN broader ON narrower = term
)
SELECT start, iri, name, source, confidence
FROM above JOIN entities ON iri = term AND listed
QUALIFY row_number() OVER (PARTITION BY start ORDER BY depth, confidence DESC, papers, iri) = 1
"""
