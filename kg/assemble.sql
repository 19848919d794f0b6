-- From annotated papers and resolved names to the tables of a graph.
-- Inputs: paper_row, found, stated, resolution, blocked, pair_minimum, entry, entry_alias,
-- entry_broader, role_rank, signature, reader.
-- Each statement makes one table; "ontology.tables" gives columns and order.

CREATE TABLE resolved AS
SELECT found.paper, found.position, found.role, found.confidence, found.sources, found.mentions,
       resolution.entity, resolution.entity_type
FROM found JOIN resolution ON found.type = resolution.type AND found.name = resolution.form;

CREATE TABLE mentions AS
SELECT DISTINCT paper, entity, mention.field AS field, mention.start AS start, mention."end" AS "end",
       mention.surface AS surface, mention.sentence_start AS sentence_start,
       mention.sentence_end AS sentence_end
FROM (SELECT paper, entity, unnest(mentions) AS mention FROM resolved);

-- Two names of one paper may be one entity: the strongest role and the best confidence hold.
CREATE TABLE links AS
SELECT paper, entity, role, confidence, sources, counted.mentions
FROM (
  SELECT paper, entity, arg_min(role, rank) AS role, max(confidence) AS confidence,
         list_sort(list_distinct(flatten(list(sources)))) AS sources
  FROM resolved JOIN role_rank USING (role) GROUP BY paper, entity
) JOIN (
  SELECT paper, entity, count(*) AS mentions FROM mentions GROUP BY paper, entity
) AS counted USING (paper, entity);

-- A statement between ends of other types than it may have: a decision about types came in between.
CREATE TABLE joined AS
SELECT stated, stated.paper AS paper, head.entity AS head, tail.entity AS tail,
       signature.relation IS NOT NULL AS allowed
FROM stated
JOIN resolved AS head ON head.paper = stated.paper AND head.position = stated.head
JOIN resolved AS tail ON tail.paper = stated.paper AND tail.position = stated.tail
LEFT JOIN signature ON signature.relation = stated.relation
  AND signature.head = head.entity_type AND signature.tail = tail.entity_type
WHERE head.entity <> tail.entity;

CREATE TABLE relations AS
SELECT head, relation, tail, paper, best.confidence AS confidence, best.field AS field,
       best.sentence_start AS sentence_start, best.sentence_end AS sentence_end, (SELECT name FROM reader) AS source
FROM (
  SELECT head, stated.relation AS relation, tail, paper,
         max_by(stated, (stated.confidence, stated.field, -stated.sentence_start,
                         -stated.sentence_end)) AS best
  FROM joined WHERE allowed GROUP BY ALL
);

CREATE TABLE entities AS
WITH counted AS (
  SELECT entity, count(*) AS papers, sum(mentions)::BIGINT AS mentions,
         min(year) AS first_year, max(year) AS last_year
  FROM links JOIN paper_row ON paper_row.id = links.paper GROUP BY entity
), named AS (
  SELECT entity AS iri, entity_type AS type, any_value(name) AS name, bool_or(listed) AS listed
  FROM resolution GROUP BY ALL
  UNION ALL
  SELECT iri, type, name, true FROM entry
)
SELECT iri, type, name, listed, coalesce(papers, 0) AS papers, coalesce(mentions, 0) AS mentions,
       first_year, last_year
FROM named LEFT JOIN counted ON counted.entity = named.iri
WHERE papers IS NOT NULL OR listed;

-- Steps of the hierarchy that papers state; "kg.hierarchy" chooses among them.
CREATE TABLE stated_broader AS
SELECT head AS narrower, tail AS broader, max(confidence) AS confidence,
       count(DISTINCT paper) AS papers
FROM relations WHERE relation = 'is-a' GROUP BY ALL;

CREATE TABLE entity_years AS
SELECT entity, year, role, count(*) AS papers
FROM links JOIN paper_row ON paper_row.id = links.paper
WHERE year IS NOT NULL GROUP BY ALL;

CREATE TABLE cooccurrence AS
SELECT one.entity AS a, other.entity AS b, count(*) AS papers
FROM links AS one JOIN links AS other ON one.paper = other.paper AND one.entity < other.entity
GROUP BY ALL HAVING count(*) >= (SELECT minimum FROM pair_minimum);
