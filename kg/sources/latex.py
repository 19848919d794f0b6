"""LaTeX of BibTeX fields to Unicode: accents and escapes outside maths, nothing else."""

from __future__ import annotations

import re
import unicodedata

_COMBINING = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323",
    "c": "\u0327", "k": "\u0328", "b": "\u0331",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ",
    "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ",
    "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ",
}  # fmt: skip
_MATHS = re.compile(
    r"((?<!\\)\$\$.{0,2000}?(?<!\\)\$\$|(?<!\\)\$.{0,2000}?(?<!\\)\$|\\\(.{0,2000}?\\\))", re.DOTALL
)
_BASE = r"(?:\\(?P<dotless>[ij])(?![A-Za-z])|(?P<base>[^\W\d_]))"
_ACCENT = re.compile(
    r"\\(?:(?P<mark>[`'^\"~=.])\s*|(?P<word>[uvHtcdbkr])(?=[\s{\\]))\s*"
    r"(?P<open>\{)?\s*" + _BASE + r"(?(open)\s*\})"
)
_LETTER = re.compile(
    r"\\(" + "|".join(sorted(_LETTERS, key=len, reverse=True)) + r")(?:\{\}|(?![A-Za-z])\s*)"
)
_ESCAPE = re.compile(r"\\([&%#_])")
_BRACE = re.compile(r"\\[{}]|\\[A-Za-z]+\*?(?:\[[^\]]*\])?\{|[_^]\{|[{}]")


def decode_latex(text: str) -> str:
    """Write accents, special letters and escaped signs as Unicode and drop protective braces.

    Maths between dollar signs and all other commands stay as they are.

    >>> decode_latex(r'{P}re-training by K\\"uhlewein \\& {\\O}re at $\\sigma_{1}$ and \\textbf{M}')
    'Pre-training by Kühlewein & Øre at $\\\\sigma_{1}$ and \\\\textbf{M}'
    """
    if "\\" not in text and "{" not in text:
        return text
    parts = _MATHS.split(text)
    parts[::2] = [_without_braces(_decode_plain(part)) for part in parts[::2]]
    return "".join(parts)


def _decode_plain(text: str) -> str:
    text = _ACCENT.sub(_accented, text)
    text = _LETTER.sub(lambda match: _LETTERS[match[1]], text)
    return _ESCAPE.sub(r"\1", text)


def _accented(match: re.Match[str]) -> str:
    base = match["base"] or match["dotless"]
    mark = match["mark"] or match["word"]
    if mark not in _COMBINING:
        return match[0]
    return unicodedata.normalize("NFC", base + _COMBINING[mark])


def _without_braces(text: str) -> str:
    """Drop braces that only protect case; braces that belong to a command stay."""
    open_braces: list[bool] = []  # for each open brace, whether it stays

    def replace(match: re.Match[str]) -> str:
        found = match[0]
        if found in (r"\{", r"\}"):
            return found
        if found == "}":
            return found if not open_braces or open_braces.pop() else ""
        open_braces.append(found != "{")
        return found if open_braces[-1] else ""

    return _BRACE.sub(replace, text)
