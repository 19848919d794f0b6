"""Where a reader finds a paper on the web."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

_WEB = re.compile(r"https?://[^\s/?#\"'<>\\]+(?:[/?#][^\s\"'<>\\]*)?", re.IGNORECASE)
_PAGES = {
    "doi": "https://doi.org/",
    "arxiv": "https://arxiv.org/abs/",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/",
}


def address(paper: dict[str, Any]) -> str:
    """Where a reader finds the paper: its URL, else its DOI, arXiv or PubMed page, else nothing.

    Only addresses of the web pass, so that no paper can make a link run code.

    >>> address({"url": "javascript:alert(1)", "doi": "", "arxiv": "", "pmid": ""})
    ''
    """
    url = paper["url"]
    if _WEB.fullmatch(url):
        return str(url)
    for field, start in _PAGES.items():
        if paper[field]:
            return start + quote(paper[field], safe="/:;().-_", errors="replace")
    return ""
