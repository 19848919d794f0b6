"""Paths and small builders that several tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
"""Material beside the checkout that is no part of the product: real feeds and annotated papers."""

needs_shared = pytest.mark.skipif(
    not (SHARED / "gold").is_dir(), reason="needs ../shared, which is not part of the product"
)
