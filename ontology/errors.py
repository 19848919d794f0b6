"""Every error that litkg raises on purpose.

::

    KgError                  anything from this library
    ├── InputError           a source, file or value that cannot be used
    ├── VocabularyError      a vocabulary file that breaks its rules
    ├── GraphError           a graph folder that is absent, incomplete or of another version
    ├── QueryError           a query that is malformed, forbidden or past its limits
    ├── ServerError          a database server that cannot be reached, refuses or went away
    └── MissingDependencyError   an optional package or system part that is not installed

A message reads ``where: what is wrong; the rule or the fix``. The command line prints it as one
``Error:`` line and exits with status 1.
"""


class KgError(Exception):
    """Anything that goes wrong in litkg for a reason the caller can act on."""


class InputError(KgError):
    """A source, a file or a value cannot be used."""


class VocabularyError(KgError):
    """A vocabulary file breaks one of its rules."""


class GraphError(KgError):
    """A graph folder is absent, incomplete or of another version."""


class QueryError(KgError):
    """A query is malformed, forbidden or past its limits."""


class ServerError(KgError):
    """A database server cannot be reached, refuses, or went away."""


class MissingDependencyError(KgError):
    """An optional package or a part of the system is not installed."""
