"""The training itself: epochs over the papers, early stopping, and a state to resume from."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from extractors.model_files import TOKENIZER, check_model
from extractors.pieces import read_tokenizer
from extractors.tag_decoding import best_tags, log_probabilities, spans_of
from extractors.training.encoding import TrainingPaper, encode, held_out, pairs_of
from extractors.training.export import export_model
from extractors.training.network import Network, new_network
from extractors.training.teaching import KEPT, taught_papers
from ontology.errors import InputError
from ontology.records import AnnotatedPaper, Paper
from ontology.terms import EntityType, RelationType

STATE = "training.pt"
"""File beside the model that a later run resumes from; removed once the model is complete."""

_HEAD_RATE = 1e-3
_WARM = 0.06
_WEIGHTS = (2.0, 0.3, 0.15)
"""Of the losses of tags, roles and relations."""
_TYPES = tuple(EntityType)
_ALLOWED = torch.tensor(
    [
        [[True, *(relation.allows(head, tail) for relation in RelationType)] for tail in _TYPES]
        for head in _TYPES
    ]
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train.

    ``rate`` is the greatest learning rate of the encoder, of which the embeddings and the first
    ``frozen`` layers are not trained; ``float_outputs`` as in
    :func:`extractors.training.export.export_model`.
    """

    epochs: int = 8
    patience: int = 2
    batch: int = 8
    rate: float = 1.5e-4
    frozen: int = 0
    float_outputs: bool = False
    seed: int = 0
    threads: int = 1


class Figures(NamedTuple):
    """Scores on the held-out papers, in percent; roles and relations given the gold entities."""

    mention: float
    role: float
    relation: float


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is trained on: annotated papers; others with the folders of the models that read them."""

    annotated: Sequence[AnnotatedPaper]
    unlabelled: Sequence[Paper] = ()
    teachers: Sequence[Path] = ()


Report = Callable[[int, float, Figures], None]
"""Called after each epoch with its number from 1, its mean loss, and the scores."""
Taught = Callable[[int, int], None]
"""Called while the teachers read, with the papers read so far and their number."""


def train(
    lessons: Lessons,
    encoder: Path,
    folder: Path,
    plan: Plan = Plan(),
    on_epoch: Report | None = None,
    on_taught: Taught | None = None,
) -> Figures:
    """Train on nine tenths of the annotated papers and write the epoch that reads the rest best.

    Which paper is held out follows from its id. Each epoch reads all annotated papers and an equal
    share of those that the teachers have read, which are so read once. Stops once ``plan.patience``
    epochs have brought no better mean of the scores. A run that was killed resumes behind its last
    whole epoch, or where the teachers stopped; one with other papers or another plan is refused.
    Raises :class:`InputError`.
    """
    torch.set_num_threads(plan.threads)
    tokenizer = read_tokenizer(encoder / TOKENIZER)
    learn, check = _encoded(lessons.annotated, tokenizer)
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / STATE
    purpose = _purpose(lessons, plan)
    run = _Run(encoder, plan, math.ceil(len(lessons.unlabelled) / plan.epochs) + len(learn))
    run.resume(state, purpose)
    taught: list[TrainingPaper] = []
    if lessons.teachers:
        taught = taught_papers(
            lessons.unlabelled, lessons.teachers, encoder, folder, plan.threads, on_taught
        )
    while run.epoch < plan.epochs and run.idle < plan.patience:
        loss = run.learn([*learn, *taught[run.epoch :: plan.epochs]])
        figures = evaluate(run.network, check)
        run.note(figures)
        run.save(state, purpose)
        if on_epoch is not None:
            on_epoch(run.epoch, loss, figures)
    run.network.load_state_dict(run.best_weights)
    best = Figures(*run.best)
    made_of = {
        "trained_on": len(learn),
        "held_out": len(check),
        "taught": len(taught),
        "plan": asdict(plan),
        **{name: round(value, 1) for name, value in best._asdict().items()},
    }
    export_model(run.network, tokenizer, folder, made_of, float_outputs=plan.float_outputs)
    for left in (state, *folder.glob(KEPT.format("*"))):
        left.unlink()
    return best


def _encoded(
    papers: Sequence[AnnotatedPaper], tokenizer: Tokenizer
) -> tuple[list[TrainingPaper], list[TrainingPaper]]:
    """Papers to learn from and papers held out."""
    learn = [encode(item, tokenizer) for item in papers if not held_out(item.paper.id)]
    check = [encode(item, tokenizer) for item in papers if held_out(item.paper.id)]
    learn = [paper for paper in learn if len(paper.tags)]
    if not learn or not check:
        raise InputError(
            f"{len(papers)} papers: too few to train on; about a tenth, chosen by id, is held out"
        )
    return learn, check


class _Run:
    """Network, optimiser and schedule, and how far they have come."""

    def __init__(self, encoder: Path, plan: Plan, papers: int) -> None:
        torch.manual_seed(plan.seed)
        self.network = new_network(encoder, plan.frozen)
        self.plan = plan
        self.epoch = self.idle = 0
        self.best: tuple[float, ...] = (-1.0, -1.0, -1.0)
        self.best_weights: dict[str, Tensor] = {}
        pretrained = set(self.network.enc.parameters())
        trained = [one for one in self.network.parameters() if one.requires_grad]
        self._optimizer = torch.optim.AdamW(
            [
                {"params": [one for one in trained if one in pretrained], "lr": plan.rate},
                {"params": [one for one in trained if one not in pretrained], "lr": _HEAD_RATE},
            ],
            weight_decay=0.01,
            fused=True,
        )
        steps = plan.epochs * math.ceil(papers / plan.batch)
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimizer,
            lambda step: min(1.0, (step + 1) / (_WARM * steps)) * max(0.0, 1 - step / steps),
        )

    def learn(self, papers: Sequence[TrainingPaper]) -> float:
        """Go once over the papers; the mean loss."""
        # Seeded an epoch, so that a resumed run draws what an unbroken one would.
        torch.manual_seed(self.plan.seed * 1000 + self.epoch)
        self.network.train()
        total = 0.0
        batches = _batches(papers, self.plan.batch, self.plan.seed * 1000 + self.epoch)
        for batch in batches:
            loss = _loss(self.network, batch)
            self._optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            self._optimizer.step()
            self._schedule.step()
            total += loss.item()
        self.epoch += 1
        return total / len(batches)

    def note(self, figures: Figures) -> None:
        """Keep the weights where they are the best so far."""
        if sum(figures) > sum(self.best):
            self.best, self.idle = tuple(figures), 0
            weights = self.network.state_dict()
            self.best_weights = {name: value.clone() for name, value in weights.items()}
        else:
            self.idle += 1

    def save(self, path: Path, purpose: str) -> None:
        """Write the state, whole or not at all."""
        temporary = path.with_suffix(".writing")
        torch.save(
            {
                "purpose": purpose,
                "epoch": self.epoch,
                "idle": self.idle,
                "best": list(self.best),
                "best_weights": self.best_weights,
                "weights": self.network.state_dict(),
                "optimizer": self._optimizer.state_dict(),
                "schedule": self._schedule.state_dict(),
            },
            temporary,
        )
        temporary.replace(path)

    def resume(self, path: Path, purpose: str) -> None:
        """Take up the state of an earlier run, if there is one."""
        if not path.exists():
            return
        state: dict[str, Any] = torch.load(path, weights_only=True)
        if state["purpose"] != purpose:
            raise InputError(
                f"{path}: left by a run with other papers or settings; delete it to start anew"
            )
        self.epoch, self.idle = state["epoch"], state["idle"]
        self.best, self.best_weights = tuple(state["best"]), state["best_weights"]
        self.network.load_state_dict(state["weights"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])


def evaluate(network: Network, papers: Sequence[TrainingPaper]) -> Figures:
    """Score the network on annotated papers."""
    network.eval()
    mention, relation, roles = np.zeros(3), np.zeros(3), np.zeros(2)
    with torch.inference_mode():
        for paper in papers:
            (vectors,), (tags,) = _read(network, [paper])
            scores = log_probabilities(tags.numpy())
            spans = spans_of(best_tags(scores, (paper.title,)), scores)
            found = {(span.first, span.last, _TYPES.index(span.type)) for span in spans}
            gold = {
                (*span, kind)
                for spans_of_one, kind in zip(paper.mentions, paper.types, strict=True)
                for span in spans_of_one
            }
            mention += len(found & gold), len(found), len(gold)
            if not paper.mentions:
                continue
            role_scores, pair_scores = _judge(network, vectors, paper)
            wanted = paper.roles.argmax(-1)
            roles += int((role_scores.argmax(-1).numpy() == wanted).sum()), len(wanted)
            said, stated = pair_scores.argmax(-1).numpy(), paper.relations.argmax(-1)
            relation += ((said == stated) & (said > 0)).sum(), (said > 0).sum(), (stated > 0).sum()
    return Figures(_f1(mention), float(100 * roles[0] / max(1, roles[1])), _f1(relation))


def _loss(network: Network, papers: Sequence[TrainingPaper]) -> Tensor:
    vectors, tags = _read(network, papers)
    wanted = torch.from_numpy(np.concatenate([paper.tags for paper in papers]))
    losses = [functional.cross_entropy(torch.cat(tags), wanted)]
    roles: list[Tensor] = []
    relations: list[Tensor] = []
    for found, paper in zip(vectors, papers, strict=True):
        if not paper.mentions:
            continue
        role_scores, pair_scores = _judge(network, found, paper)
        roles.append(functional.cross_entropy(role_scores, torch.from_numpy(paper.roles)))
        if len(pair_scores):
            stated = torch.from_numpy(paper.relations)
            summed = functional.cross_entropy(pair_scores, stated, reduction="sum")
            relations.append(summed / len(paper.mentions))
    losses += [torch.stack(part).mean() for part in (roles, relations) if part]
    return torch.stack(
        [weight * loss for weight, loss in zip(_WEIGHTS, losses, strict=False)]
    ).sum()


def _read(network: Network, papers: Sequence[TrainingPaper]) -> tuple[list[Tensor], list[Tensor]]:
    """Vectors and tag scores of the pieces of each paper."""
    laid = [window for paper in papers for window in paper.windows]
    longest = math.ceil(max(len(window.ids) for window in laid) / 16) * 16
    ids = torch.zeros(len(laid), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, window in enumerate(laid):
        ids[row, : len(window.ids)] = torch.tensor(window.ids)
        mask[row, : len(window.ids)] = 1
    with torch.autocast("cpu", torch.bfloat16):
        hidden = network.drop(network.hidden(ids, mask))
        scores = network.tag(hidden)
    hidden, scores = hidden.float(), scores.float()
    vectors: list[Tensor] = []
    tags: list[Tensor] = []
    row = 0
    for paper in papers:
        parts = [
            (row + offset, *part)
            for offset, window in enumerate(paper.windows)
            for part in window.parts
        ]
        vectors.append(torch.cat([hidden[at, first : first + n] for at, first, _, n in parts]))
        tags.append(torch.cat([scores[at, first : first + n] for at, first, _, n in parts]))
        row += len(paper.windows)
    return vectors, tags


def _judge(network: Network, vectors: Tensor, paper: TrainingPaper) -> tuple[Tensor, Tensor]:
    """Scores of the roles of a paper's entities, and of the relations of all their pairs."""
    means = [
        torch.stack([vectors[first : last + 1].mean(0) for first, last in spans])
        for spans in paper.mentions
    ]
    merged = torch.stack([rows.max(0).values for rows in means])
    types = torch.tensor(paper.types)
    roles = network.roles(merged, torch.stack([rows[0] for rows in means]), types)
    heads, tails = torch.tensor(pairs_of(len(means)), dtype=torch.long).reshape(-1, 2).T
    scores = network.relations(merged[heads], merged[tails], types[heads], types[tails])
    return roles, scores.masked_fill(~_ALLOWED[types[heads], types[tails]], -1e4)


def _batches(papers: Sequence[TrainingPaper], size: int, seed: int) -> list[list[TrainingPaper]]:
    """Shuffled batches of papers of similar length, which need little padding."""
    # Not for secrets: the order must be the same in every run.
    chance = random.Random(seed)  # noqa: S311
    order = list(papers)
    chance.shuffle(order)
    chunk = size * 8
    order = [
        paper
        for start in range(0, len(order), chunk)
        for paper in sorted(order[start : start + chunk], key=lambda paper: len(paper.tags))
    ]
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    chance.shuffle(batches)
    return batches


def _purpose(lessons: Lessons, plan: Plan) -> str:
    teachers = [check_model(folder) for folder in lessons.teachers]
    content = repr((plan, list(lessons.annotated), list(lessons.unlabelled), teachers))
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()


def _f1(counts: Any) -> float:
    matched, found, gold = counts
    return float(200 * matched / max(1, found + gold))
