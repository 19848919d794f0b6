"""A page inside a notebook: in a frame of its own, apart from the notebook and from the network."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from ontology.errors import MissingDependencyError

if TYPE_CHECKING:
    from IPython.display import HTML


def framed(page: str, *, title: str, height: int) -> HTML:
    """An object that Jupyter shows as the page, ``height`` pixels high.

    The frame is sandboxed: scripts of the page run, but reach nothing of the notebook. Raises
    :class:`~ontology.errors.MissingDependencyError` where IPython is not installed.
    """
    try:
        from IPython.display import HTML  # noqa: PLC0415  an extra
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            'graph.show: IPython is not installed; install it with: pip install "litkg[notebook]"'
        ) from error
    frame = (
        f'<iframe title="{html.escape(title)}" srcdoc="{html.escape(page)}" '
        'sandbox="allow-scripts allow-downloads allow-popups" '
        f'style="width:100%;height:{height:d}px;border:1px solid #8884;border-radius:8px"></iframe>'
    )
    return HTML(f"<div>{frame}</div>")  # type: ignore[no-untyped-call]
