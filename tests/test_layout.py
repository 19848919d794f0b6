from __future__ import annotations

import math
import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from exports.layout import Layout, arrange

BLOCKS = 4
SIZE = 20


def clustered() -> tuple[list[float], list[tuple[int, int, float]]]:
    """Four dense groups of twenty nodes in a ring, one edge between neighbours."""
    edges = [
        (SIZE * block + a, SIZE * block + b, 2.0)
        for block in range(BLOCKS)
        for a, b in combinations(range(SIZE), 2)
        if (a + b) % 3 == 0 or b == a + 1
    ]
    edges += [(SIZE * block, SIZE * ((block + 1) % BLOCKS), 1.0) for block in range(BLOCKS)]
    return [3.0 + index % 5 for index in range(BLOCKS * SIZE)], edges


def distance(found: Layout, a: int, b: int) -> float:
    return math.hypot(found.x[a] - found.x[b], found.y[a] - found.y[b])


def test_communities_stand_apart() -> None:
    """Nodes of one group lie nearer to each other than to nodes of other groups."""
    radii, edges = clustered()
    found = arrange(radii, edges)
    pairs = list(combinations(range(len(radii)), 2))
    within = [distance(found, a, b) for a, b in pairs if a // SIZE == b // SIZE]
    across = [distance(found, a, b) for a, b in pairs if a // SIZE != b // SIZE]
    assert sum(within) / len(within) < 0.5 * sum(across) / len(across)


def test_communities_are_found() -> None:
    """Each dense group is one community, numbered without gaps."""
    radii, edges = clustered()
    community = arrange(radii, edges).community
    blocks = [set(community[SIZE * block : SIZE * (block + 1)]) for block in range(BLOCKS)]
    assert sorted(number for block in blocks for number in block) == [0, 1, 2, 3]


def test_positions_do_not_depend_on_threads_or_hashes() -> None:
    """Another process with other hash seeds and thread counts gives the same layout."""
    code = "import test_layout as t; print(hash(t.arrange(*t.clustered())))"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent), "PYTHONHASHSEED": seed,
                 "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True, check=True, text=True,
        ).stdout
        for seed, threads in (("1", "1"), ("2", "4"))
    }  # fmt: skip
    assert found == {f"{hash(arrange(*clustered()))}\n"}


def test_discs_do_not_overlap() -> None:
    """The circles of two nodes keep apart, save for rounding."""
    radii, edges = clustered()
    found = arrange(radii, edges)
    lack = max(
        radii[a] + radii[b] - distance(found, a, b) for a, b in combinations(range(len(radii)), 2)
    )
    assert lack <= 0.1


def test_small_components_stand_beside_the_largest() -> None:
    """A node without edges lies in no disc of another component."""
    radii, edges = clustered()
    found = arrange([*radii, 3.0, 3.0], edges)
    assert all(
        distance(found, lone, other) > 6.0
        for lone in (len(radii), len(radii) + 1)
        for other in range(len(radii))
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 40), st.data())
def test_any_graph_has_finite_positions(count: int, data: st.DataObject) -> None:
    """Loops, parallel edges, lone nodes and empty graphs are laid out with finite numbers."""
    node = st.integers(0, max(0, count - 1))
    edge = st.tuples(node, node, st.floats(0.1, 100))
    edges = data.draw(st.lists(edge, max_size=60)) if count else []
    found = arrange([3.0] * count, edges)
    assert [count] * 3 == [len(found.x), len(found.y), len(found.community)]
    assert all(map(math.isfinite, (*found.x, *found.y)))
