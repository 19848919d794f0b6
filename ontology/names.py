"""Normal forms of entity names: when two spellings are the same name, and how a name is filed.

``match_key`` decides sameness of spelling; it folds what never tells two things apart (case,
hyphens, plural, British spelling, LaTeX, Unicode forms) and keeps what may (numbers, ``+``, every
word). ``filed_form`` gives the singular, conventionally cased name of an unlisted entity.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from ontology.terms import EntityType

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu",
    "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi",
    "ψ": "psi", "ω": "omega",
}  # fmt: skip
_LATEX_COMMAND = re.compile(
    r"\\(?:text(?:it|bf|tt|sc|rm|sf|sl|up|md)?|math(?:it|bf|tt|rm|sf|cal|bb|scr|frak)|emph|em|it|bf"
    r"|rm|tt|boldsymbol|operatorname|mbox|left|right)\b\s*\*?"
)
_LATEX_LETTER = re.compile(r"\\([A-Za-z]+)")
_PLURAL_ACRONYM = re.compile(r"[A-Za-z]+[A-Z]s")
_TOKEN = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)*|[+#*]+")
_MARKUP = re.compile(r"[\\${}^`*]")
# A run of stars opens from its first, or from the last where the others close what stands before.
_EMPHASIS = re.compile(r"(?:(?<!\*)\*++|(?<=\*)\*(?!\*))(?=\S)([^*]+)(?<=\S)\*+(?!\w)")
_BRACES = re.compile(r"(?<=\w)_(?=\{)|[\\${}^`]")

_BRITISH = (
    (re.compile(r"isation(?=s?$)"), "ization"),
    (re.compile(r"(?<=[a-z]{3})is(?=(?:e|ed|er|ers|es|ing|able)$)"), "iz"),
    (re.compile(r"(?<=[a-z]{2})ys(?=(?:e|ed|er|es|ing)$)"), "yz"),
    (re.compile(r"(?<=[a-z]{3})ll(?=(?:ed|er|ers|ing)$)"), "l"),
    (re.compile(r"(?<=[a-z]{2})our(?=(?:s|ed|ing|al|ally|less|ful|i[sz]ation|i[sz]ed?)?$)"), "or"),
    (re.compile(r"(?:(?<=cent)|(?<=fib)|(?<=lit)|(?<=met)|(?<=calib))re(?=s?$)"), "er"),
    (re.compile(r"ogue(?=s?$)"), "og"),
    (re.compile(r"aem(?=i|o)"), "em"),
    (re.compile(r"(?<=^p)aed|(?<=orthop)aed"), "ed"),
    (re.compile(r"oesoph"), "esoph"),
    (re.compile(r"oedem"), "edem"),
    (re.compile(r"(?<=an)aesth"), "esth"),
    (re.compile(r"(?<=gyn)aec"), "ec"),
    (re.compile(r"grey"), "gray"),
)
_IRREGULAR = {
    "corpora": "corpus", "criteria": "criterion", "phenomena": "phenomenon", "matrices": "matrix",
    "indices": "index", "vertices": "vertex", "leaves": "leaf", "halves": "half", "loci": "locus",
    "nuclei": "nucleus", "stimuli": "stimulus", "radii": "radius", "bacteria": "bacterium",
    "biases": "bias", "gases": "gas", "lenses": "lens", "viruses": "virus", "buses": "bus",
    "metrics": "metric", "topics": "topic", "heuristics": "heuristic", "critics": "critic",
    "characteristics": "characteristic", "comics": "comic", "clinics": "clinic",
    "fabrics": "fabric", "epidemics": "epidemic", "mosaics": "mosaic",
}  # fmt: skip
"""Singular of plurals that no rule below gives; words in "-ics" are mostly none."""
_NO_PLURAL = frozenset(
    """
    analysis basis bias diagnosis prognosis synthesis hypothesis thesis axis virus corpus focus
    status consensus bus gas lens loss process class mass access series species news physics
    statistics graphics robotics semantics dynamics genomics proteomics omics ethics kinematics
    optics acoustics always plus minus versus bayes gauss laplace sepsis stenosis
    fibrosis sclerosis osteoporosis tuberculosis metastasis psoriasis pancreas pelvis penis iris
    arthritis hepatitis chess dialysis paralysis parenthesis canvas atlas pass less
    us was is has his this its as os aids
    """.split()
)

_KEYS_KEPT = 400_000
"""Names of a corpus of 70,000 papers, which several steps go through one after the other: 100 MB."""


@lru_cache(maxsize=_KEYS_KEPT)
def match_key(name: str) -> str:
    """Fold a name to the key under which all its spellings meet.

    Case, hyphens, spaces, plural, British spelling, LaTeX, Markdown stars, Unicode forms and Greek
    letters are folded; digits, ``+``, ``#`` and a star at the end stay, so versions never meet. CJK characters stay.
    A name without any letter or digit gives the empty string.

    >>> match_key("Variational Auto-Encoders") == match_key("variational autoencoder")
    True
    >>> match_key(r"$\\\\beta$-VAE") == match_key("β-VAE")
    True
    >>> match_key("U-Net") == match_key("U-Net++")
    False
    """
    return joined_key(key_tokens(name))


def joined_key(tokens: Iterable[str]) -> str:
    """Join folded words to the key of the name that they make.

    >>> joined_key(("gpt", "3", "5"))
    'gpt3_5'
    """
    tokens = tuple(tokens)
    key = "".join(tokens)
    if key.isalpha():
        return key
    key = ""
    for token in tokens:
        key += f"_{token}" if key[-1:].isdigit() and token[0].isdigit() else token
    return key


@lru_cache(maxsize=_KEYS_KEPT)
def key_tokens(name: str) -> tuple[str, ...]:
    """Split a name into the folded words that ``match_key`` joins.

    >>> key_tokens("Tumour segmentations in CT")
    ('tumor', 'segmentation', 'in', 'ct')
    """
    plain = plain_text(name)
    tokens: list[str] = []
    for token in _TOKEN.findall(plain):
        if token[0] not in "+#*":
            tokens.append(_folded(token))
        elif tokens:
            tokens.append(token)
    return tuple(tokens)


def abbreviates(acronym: str, long_form: str) -> bool:
    """Tell whether the letters of a folded acronym begin words of a long form, or stand in them.

    The first letter begins the first word, and at least half of all begin words.

    >>> abbreviates("lstd", "least-squares temporal difference"), abbreviates("rrt", "random forest")
    (True, False)
    >>> abbreviates("vslam", "visual simultaneous localization and mapping")
    True
    """
    words = key_tokens(long_form)
    if not words or acronym[:1] != words[0][:1]:
        return False
    initials = iter(word[0] for word in words)
    beginning = sum(letter in initials for letter in acronym)
    rest = iter("".join(words))
    return 2 * beginning >= len(acronym) and all(letter in rest for letter in acronym)


def stem(word: str) -> str:
    """The beginning of a word, in which its forms mostly agree.

    >>> stem("detecting") == stem("detection") == stem("detector")
    True
    """
    return word[:6]


def is_bare_head(form: str, name: str) -> bool:
    """Tell whether a form is only the end of a name: it then names many things.

    >>> is_bare_head("images", "fundus image"), is_bare_head("fundus images", "fundus image")
    (True, False)
    """
    short, long = key_tokens(form), key_tokens(name)
    return 0 < len(short) < len(long) and short == long[-len(short) :]


@lru_cache(maxsize=1_000)
def plain_text(name: str) -> str:
    """Strip LaTeX and Markdown markup from a name and compose compatible characters.

    >>> plain_text(r"D$^2$4FAD"), plain_text(r"\\\\textit{H\\\\&E}"), plain_text("**BERT**")
    ('D24FAD', 'H&E', 'BERT')
    """
    text = unicodedata.normalize("NFKC", name)
    if _MARKUP.search(text):
        text = _LATEX_LETTER.sub(r"\1", _LATEX_COMMAND.sub("", text))
        text = _BRACES.sub("", _EMPHASIS.sub(r"\1", text))
    return " ".join(text.split())


def singular(word: str) -> str:
    """Give the singular of an English noun, or of an acronym with plural s, by rule.

    >>> [singular(word) for word in ("images", "studies", "LLMs", "analyses", "series", "matrices")]
    ['image', 'study', 'LLM', 'analysis', 'series', 'matrix']
    """
    lower = word.casefold()
    if lower in _IRREGULAR:
        return word[0] + _IRREGULAR[lower][1:]
    if len(word) < 3 or not lower.endswith("s") or lower in _NO_PLURAL:
        return word
    if word[:-1].isupper():
        return word[:-1] if word[-1] == "s" else word
    if word[-1] == "S":  # K-MHaS, ViT-S
        return word
    for ending, replacement in (
        ("analyses", "is"), ("diagnoses", "is"), ("hypotheses", "is"), ("syntheses", "is"),
        ("prognoses", "is"), ("metastases", "is"), ("stenoses", "is"), ("axes", "is"),
    ):  # fmt: skip
        if lower.endswith(ending):
            return word[:-2] + replacement
    if lower.endswith("ies"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]
    if lower.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    if lower.endswith(("ss", "us", "is", "ics", "ous")):
        return word
    return word[:-1]


@lru_cache(maxsize=_KEYS_KEPT)
def _folded(token: str) -> str:
    # A capital S ends an acronym (BiGS) unless the whole word is set in capitals (TRANSFORMERS).
    may_be_plural = not token.endswith("S") or (token.isupper() and len(token) > 5)
    if _PLURAL_ACRONYM.fullmatch(token):
        token, may_be_plural = token[:-1], False
    token = "".join(_GREEK.get(character, character) for character in token.casefold())
    if not token.isascii() or not may_be_plural:
        return token
    if len(token) < 4:
        return (
            token[:-1] if len(token) == 3 and token[2] == "s" and token not in _NO_PLURAL else token
        )
    token = singular(token)
    for pattern, replacement in _BRITISH:
        token = pattern.sub(replacement, token)
    return token


_TASK_HEAD = re.compile(
    r"(?:tion|sion|ing|ment|sis|ery|al|ance|ence|ure|ship|gnosis|scopy|metry|y)s?$", re.IGNORECASE
)
_OF_FOR = re.compile(
    r"^(?P<head>[^\s,]+(?: [^\s,]+)?) (?P<link>of|for) (?P<rest>.+)$", re.IGNORECASE
)
_ARTICLE = re.compile(r"^(?:the|a|an) ", re.IGNORECASE)
_INNER = re.compile(
    r"(?:^| )(?:of|for|in|on|with|from|and|or|to|by|via|using|under|between) ", re.IGNORECASE
)

_GENERIC_HEADS: dict[str, frozenset[str]] = {
    "Dataset": frozenset(
        "dataset datasets corpus corpora benchmark benchmarks database databases challenge collection"
        " suite archive repository cohort".split()
    ),
    "Modality": frozenset(
        "data signal signals image images imaging scan scans recording recordings modality record"
        " records sample samples sequence sequences measurement measurements slice slices volume"
        " volumes picture pictures waveform waveforms examination examinations exam exams".split()
    ),
    "Method": frozenset(
        "model models algorithm algorithms method methods framework frameworks approach approaches"
        " technique techniques architecture architectures mechanism mechanisms architecture".split()
    ),
    "Task": frozenset("task tasks problem problems".split()),
}

_NETWORKS = frozenset({"network", "networks"})
_NAMED = re.compile(r"[A-Z][A-Za-z0-9-]*[A-Z][A-Za-z0-9-]*$")
_PICTURES = frozenset("image images imaging picture pictures".split())
_NO_PICTURES = frozenset(
    (word,) for word in "text news audio speech music dialog word language table".split()
)


def reordered(name: str) -> str:
    """Put "X of Y" in the order "Y X", Y in the singular; empty where the rule does not apply.

    It applies to one or two words that end like an activity before a single ``of`` or ``for``.

    >>> reordered("classification of chest X-rays")
    'chest X-ray classification'
    >>> reordered("bag of words")
    ''
    """
    match = _OF_FOR.match(name)
    if match is None or not _TASK_HEAD.search(match["head"]):
        return ""
    rest = _ARTICLE.sub("", match["rest"])
    if not rest or _INNER.search(rest):
        return ""
    *front, last = rest.split()
    return " ".join([*front, singular(last), match["head"]])


def without_generic_head(kind: EntityType, name: str) -> str:
    """Drop a last word that only says what type the entity has; empty where there is none.

    >>> without_generic_head(EntityType.MODALITY, "EEG signals")
    'EEG'
    >>> without_generic_head(EntityType.DATASET, "Cityscapes")
    ''

    A network is generic behind an acronym, and the image of a text is no text:

    >>> without_generic_head(EntityType.METHOD, "LSTM networks")
    'LSTM'

    >>> without_generic_head(EntityType.MODALITY, "scene text images")
    ''
    """
    front, _, last = name.rstrip().rpartition(" ")
    if kind is EntityType.METHOD and last.casefold() in _NETWORKS and _NAMED.search(front):
        return front
    if last.casefold() not in _GENERIC_HEADS[kind.value]:
        return ""
    of_another_medium = last.casefold() in _PICTURES and key_tokens(front)[-1:] in _NO_PICTURES
    return "" if of_another_medium else front
