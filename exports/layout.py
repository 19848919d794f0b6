"""Positions of the entities on a map: communities visible, discs apart, same input, same picture.

The forces are those of the LinLog energy model, tempered (Noack 2009, "Modularity clustering is
force-directed layout"): repulsion between all pairs falls with distance, attraction along edges
grows with its square root, both scaled by degree, so that communities part. Repulsion is exact
among near nodes and taken from centroids beyond (after Barnes and Hut 1986), on a balanced tree so
that numpy sees rectangles.

The iterations use only additions, multiplications, divisions and square roots, which every
processor rounds alike, and no linear algebra library; the result does not depend on threads.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Indices = NDArray[np.int64]

_SEED = 7
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_LEAF = 24
_CHUNK = 1 << 19
_WITHIN, _ACROSS = 1.0, 0.12
_GAP = 3.5
_ROOM = 6.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each node lies and which community it belongs to.

    ``x`` grows to the right, ``y`` upwards; units are those of the radii, centred on zero and
    rounded to two decimals. Communities are numbered from 0 by falling size.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    community: tuple[int, ...]


def arrange(radii: Sequence[float], edges: Sequence[tuple[int, int, float]]) -> Layout:
    """Lay out nodes ``0 … len(radii) - 1`` joined by weighted, undirected edges.

    Loops are ignored, parallel edges add up. Discs of the given radii do not overlap by more than
    a little. Components are laid out one by one; small ones stand around the largest.

    >>> arrange([1.0], [])
    Layout(x=(0.0,), y=(0.0,), community=(0,))
    """
    graph = nx.Graph()
    graph.add_nodes_from(range(len(radii)))
    for a, b, weight in edges:
        if a != b:
            graph.add_edge(a, b, weight=weight + graph.get_edge_data(a, b, {"weight": 0})["weight"])
    size = np.asarray(radii, dtype=np.float64)
    points = np.zeros((len(radii), 2))
    community = np.zeros(len(radii), dtype=np.int64)
    parts = sorted((sorted(part) for part in nx.connected_components(graph)), key=_largest_first)
    discs: list[tuple[float, Points]] = []
    groups: list[list[int]] = []
    for part in parts:
        placed, found = _component(graph.subgraph(part), part, size[part])
        discs.append((_reach(placed, size[part]), placed))
        groups.extend(found)
    for part, (_, placed), centre in zip(parts, discs, _packed([r for r, _ in discs]), strict=True):
        points[part] = placed + centre
    for number, members in enumerate(sorted(groups, key=_largest_first)):
        community[members] = number
    rounded = np.round(points, 2) + 0.0
    return Layout(
        x=tuple(rounded[:, 0].tolist()),
        y=tuple(rounded[:, 1].tolist()),
        community=tuple(community.tolist()),
    )


def _largest_first(members: list[int]) -> tuple[int, int]:
    return (-len(members), members[0])


def _component(graph: nx.Graph, nodes: list[int], radii: Points) -> tuple[Points, list[list[int]]]:
    """Positions of one connected component, in the order of ``nodes``, and its communities."""
    if len(nodes) == 1:
        return np.zeros((1, 2)), [nodes]
    # A fresh graph in sorted order: the order of insertion decides ties in the Louvain method.
    ordered = nx.Graph()
    ordered.add_nodes_from(nodes)
    ordered.add_weighted_edges_from(
        sorted((min(a, b), max(a, b), w) for a, b, w in graph.edges(data="weight"))
    )
    found = nx.community.louvain_communities(ordered, weight="weight", seed=_SEED)
    groups = sorted((sorted(group) for group in found), key=_largest_first)
    position = {node: index for index, node in enumerate(nodes)}
    group_of = np.zeros(len(nodes), dtype=np.int64)
    for number, group in enumerate(groups):
        group_of[[position[node] for node in group]] = number
    pairs = np.array([(position[a], position[b]) for a, b in ordered.edges()], dtype=np.int64)
    weights = np.array([weight for _, _, weight in ordered.edges(data="weight")], dtype=np.float64)
    points = _started(group_of, pairs, weights)
    same = group_of[pairs[:, 0]] == group_of[pairs[:, 1]]
    strength = np.sqrt(weights / weights.max()) * np.where(same, _WITHIN, _ACROSS)
    steps = 200 if len(nodes) <= 3000 else 140
    points = _relaxed(points, pairs, strength, steps)
    points = _scaled(_turned(points), radii)
    return _parted(points, radii), groups


def _started(group_of: Indices, pairs: Indices, weights: Points) -> Points:
    """Place communities by their own graph, their members in a disc around them."""
    count = int(group_of.max()) + 1
    sizes = np.bincount(group_of, minlength=count).astype(np.float64)
    centres = _sunflower(count) * math.sqrt(len(group_of))
    across = group_of[pairs]
    across, strength = across[across[:, 0] != across[:, 1]], weights[across[:, 0] != across[:, 1]]
    if count > 2 and len(across):
        keys, inverse = np.unique(np.sort(across, axis=1), axis=0, return_inverse=True)
        total = np.bincount(inverse.ravel(), weights=strength)
        centres = _relaxed(centres, keys, np.sqrt(total / total.max()), 120)
        centres *= math.sqrt(len(group_of)) / max(float(np.abs(centres).max()), 1e-9)
    points = np.empty((len(group_of), 2))
    for number in range(count):
        members = np.flatnonzero(group_of == number)
        disc = _sunflower(len(members)) * (0.5 * math.sqrt(sizes[number]))
        points[members] = centres[number] + disc
    return points


def _sunflower(count: int) -> Points:
    """Spread points evenly over the unit disc."""
    turns = [index * _GOLDEN_ANGLE for index in range(count)]
    reach = [math.sqrt((index + 0.5) / count) for index in range(count)]
    # Rounding hides the last bits, in which mathematical libraries differ.
    return np.array(
        [
            (round(r * math.cos(turn), 6), round(r * math.sin(turn), 6))
            for r, turn in zip(reach, turns, strict=True)
        ]
    ).reshape(-1, 2)


def _relaxed(points: Points, pairs: Indices, strength: Points, steps: int) -> Points:
    """Let the forces act for a number of steps while the temperature falls to zero."""
    count = len(points)
    degree = np.bincount(pairs.ravel(), weights=np.repeat(strength, 2), minlength=count)
    mass = np.asarray(1.0 + degree, dtype=np.float64)
    span = math.sqrt(count)
    points = points * (2.0 * span / max(float(np.abs(points).max()), 1e-9))
    for step in range(steps):
        cooling = 1.0 - step / steps
        force = _repulsion(points, mass, turned=bool(step % 2)) * mass[:, None]
        force += _attraction(points, pairs, strength)
        force -= points * (mass * 0.02)[:, None]
        force /= mass[:, None]
        length = np.sqrt(force[:, 0] ** 2 + force[:, 1] ** 2) + 1e-12
        limit = 0.25 * span * cooling * cooling + 1e-3
        points = points + force * (np.minimum(length, limit) / length)[:, None]
    return points


def _attraction(points: Points, pairs: Indices, strength: Points) -> Points:
    head, tail = pairs[:, 0], pairs[:, 1]
    way = points[tail] - points[head]
    distance = np.sqrt(way[:, 0] ** 2 + way[:, 1] ** 2) + 1e-9
    pull = way * (strength / np.sqrt(distance))[:, None]
    both = np.concatenate([head, tail])
    return np.stack(
        [
            np.bincount(
                both, weights=np.concatenate([pull[:, axis], -pull[:, axis]]), minlength=len(points)
            )
            for axis in (0, 1)
        ],
        axis=1,
    )


def _repulsion(points: Points, mass: Points, *, turned: bool) -> Points:
    """Push of all other nodes on each: exact within a leaf of the tree, by centroid beyond."""
    leaves = _leaves(points, turned=turned)
    weight = np.where(leaves < len(points), mass[leaves % len(points)], 0.0)
    place = points[leaves % len(points)]
    total = np.maximum(weight.sum(axis=1), 1e-12)
    centre = (place * weight[:, :, None]).sum(axis=1) / total[:, None]
    offset = place - centre[:, None, :]
    spread = ((offset**2).sum(axis=2) * weight).sum(axis=1) / total
    push = np.zeros_like(place)
    for axis in (0, 1):
        way = place[:, :, None, axis] - place[:, None, :, axis]
        other = place[:, :, None, 1 - axis] - place[:, None, :, 1 - axis]
        push[:, :, axis] = (way * weight[:, None, :] / (way * way + other * other + 0.01)).sum(
            axis=2
        )
    result = np.zeros_like(points)
    real = leaves < len(points)
    result[leaves[real]] = push[real]
    own = np.zeros(len(points), dtype=np.int64)
    own[leaves[real]] = np.nonzero(real)[0]
    rows = max(1, _CHUNK // len(leaves))
    for start in range(0, len(points), rows):
        part = slice(start, start + rows)
        x = points[part, 0, None] - centre[None, :, 0]
        y = points[part, 1, None] - centre[None, :, 1]
        share = total[None, :] / (x * x + y * y + spread[None, :] + 0.01)
        share[np.arange(len(x)), own[part]] = 0.0
        result[part, 0] += (x * share).sum(axis=1)
        result[part, 1] += (y * share).sum(axis=1)
    return result


def _leaves(points: Points, *, turned: bool) -> Indices:
    """Split nodes at medians into equal leaves; ids from ``len(points)`` on are padding."""
    depth = max(0, math.ceil(math.log2(max(1, len(points)) / _LEAF)))
    width = math.ceil(len(points) / (1 << depth))
    order = np.arange(width << depth, dtype=np.int64).reshape(1, -1)
    place = points[order.ravel() % len(points)]
    for level in range(depth):
        axis = (level + turned) % 2
        rank = np.argsort(place[order, axis], axis=1, kind="stable")
        order = np.take_along_axis(order, rank, axis=1).reshape(2 * len(order), -1)
    return order


def _turned(points: Points) -> Points:
    """Centre the points and turn their longest extent to the horizontal: screens are wide."""
    points = points - points.mean(axis=0)
    xx, yy = (points[:, 0] ** 2).sum(), (points[:, 1] ** 2).sum()
    xy = (points[:, 0] * points[:, 1]).sum()
    angle = round(0.5 * math.atan2(2 * xy, xx - yy), 6)
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = points[:, 0], points[:, 1]
    return np.stack([x * cos + y * sin, y * cos - x * sin], axis=1)


def _scaled(points: Points, radii: Points) -> Points:
    """Scale so that the discs fill a set share of the area that the points span."""
    wanted = _ROOM * math.pi * float(((radii + _GAP) ** 2).sum())
    spread = math.sqrt(float((points**2).sum()) / len(points))
    return points * (math.sqrt(wanted / math.pi) / math.sqrt(2) / max(spread, 1e-9))


def _parted(points: Points, radii: Points) -> Points:
    """Push overlapping discs apart, a little in each of many passes."""
    reach = 2 * (float(radii.max()) + _GAP)
    for _ in range(60):
        a, b = _near_pairs(points, reach)
        way = points[b] - points[a]
        distance = np.sqrt(way[:, 0] ** 2 + way[:, 1] ** 2)
        lack = radii[a] + radii[b] + _GAP - distance
        tight = lack > 0.01
        if not tight.any():
            break
        a, b, way, distance, lack = a[tight], b[tight], way[tight], distance[tight], lack[tight]
        # Nodes on one spot part along a fixed direction.
        way[distance < 1e-6] = (1.0, 0.0)
        push = way * (0.5 * lack / np.maximum(distance, 1.0))[:, None]
        for axis in (0, 1):
            points[:, axis] += np.bincount(
                np.concatenate([b, a]),
                weights=np.concatenate([push[:, axis], -push[:, axis]]),
                minlength=len(points),
            )
    return points


def _near_pairs(points: Points, reach: float) -> tuple[Indices, Indices]:
    """Pairs of nodes in the same or in neighbouring squares of side ``reach``."""
    cell = np.floor((points - points.min(axis=0)) / reach).astype(np.int64)
    width = int(cell[:, 0].max()) + 3
    key = (cell[:, 1] + 1) * width + cell[:, 0] + 1
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    heads: list[Indices] = []
    tails: list[Indices] = []
    for shift in (0, 1, width - 1, width, width + 1):
        first = np.searchsorted(ranked, ranked + shift, side="left")
        last = np.searchsorted(ranked, ranked + shift, side="right")
        if shift == 0:
            first = np.arange(1, len(ranked) + 1)
        many = last - first
        head = np.repeat(np.arange(len(ranked)), many)
        inside = np.arange(len(head)) - np.repeat(np.cumsum(many) - many, many)
        heads.append(order[head])
        tails.append(order[np.repeat(first, many) + inside])
    return np.concatenate(heads), np.concatenate(tails)


def _reach(points: Points, radii: Points) -> float:
    return float((np.sqrt((points**2).sum(axis=1)) + radii).max()) + _GAP


def _packed(reaches: list[float]) -> Points:
    """Centres of discs of falling radius: the first in the middle, the rest around it."""
    centres = np.zeros((len(reaches), 2))
    if len(reaches) < 2:
        return centres
    radii = np.array(reaches)
    # Small components may nest between the arms of the largest: its disc is mostly empty rim.
    step = 0
    for index in range(1, len(reaches)):
        unit = max(reaches[index], 1.0)
        while True:
            distance = 0.92 * reaches[0] + 0.35 * unit * math.sqrt(step)
            angle = step * _GOLDEN_ANGLE
            spot = np.array(
                [round(distance * math.cos(angle), 4), round(distance * math.sin(angle), 4)]
            )
            away = np.sqrt(((centres[:index] - spot) ** 2).sum(axis=1))
            step += 1
            if (away[1:] >= radii[1:index] + unit).all() and away[0] >= 0.92 * radii[0] + unit:
                centres[index] = spot
                break
    return centres
