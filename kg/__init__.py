"""litkg as a library: ``from kg import build, open_graph``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exports.selection import Selection
    from kg.builder import build
    from kg.differences import diff
    from kg.graph import Graph, open_graph
    from kg.growth import remove, update

__all__ = ["Graph", "Selection", "build", "diff", "open_graph", "remove", "update"]


def __getattr__(name: str) -> Any:
    # On first use only: every command imports this package, few of them need spaCy.
    if name == "build":
        from kg.builder import build

        return build
    if name in {"remove", "update"}:
        from kg import growth

        return getattr(growth, name)
    if name == "diff":
        from kg.differences import diff

        return diff
    if name in {"Graph", "Selection", "open_graph"}:
        from kg import graph

        return getattr(graph, name)
    raise AttributeError(f"module 'kg' has no attribute {name!r}")
