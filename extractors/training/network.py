"""One encoder with three heads: tags of word pieces, roles of entities, relations of pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModel

from extractors.tag_decoding import TAGS
from ontology.terms import EntityType, RelationType, Role

_HIDDEN = 256
_TYPE_WIDTH = 32
_DROPOUT = 0.1


class Network(nn.Module):
    """The whole model as it is trained."""

    def __init__(self, encoder: nn.Module, width: int) -> None:
        super().__init__()
        self.enc = encoder
        self.drop = nn.Dropout(_DROPOUT)
        self.tag = nn.Linear(width, len(TAGS))
        self.type_emb = nn.Embedding(len(EntityType), _TYPE_WIDTH)
        self.role = _perceptron(2 * width + _TYPE_WIDTH, len(Role))
        self.head = nn.Linear(width + _TYPE_WIDTH, _HIDDEN)
        self.tail = nn.Linear(width + _TYPE_WIDTH, _HIDDEN)
        self.relo = _perceptron(3 * _HIDDEN, 1 + len(RelationType))

    def hidden(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Vectors of word pieces."""
        vectors: Tensor = self.enc(input_ids=ids, attention_mask=mask).last_hidden_state
        return vectors

    def roles(self, entities: Tensor, firsts: Tensor, types: Tensor) -> Tensor:
        """Scores of roles, from vectors of entities and of their first mentions."""
        scores: Tensor = self.role(torch.cat([entities, firsts, self.type_emb(types)], -1))
        return scores

    def relations(
        self, heads: Tensor, tails: Tensor, head_types: Tensor, tail_types: Tensor
    ) -> Tensor:
        """Scores of no relation and of each relation, a row a pair of entities."""
        head = self.head(torch.cat([heads, self.type_emb(head_types)], -1))
        tail = self.tail(torch.cat([tails, self.type_emb(tail_types)], -1))
        scores: Tensor = self.relo(torch.cat([head, tail, head * tail], -1))
        return scores


def new_network(encoder: Path, frozen: int = 0) -> Network:
    """A network over a pretrained encoder in the format of Hugging Face, heads untrained.

    The embeddings and the first ``frozen`` layers will not be trained.
    """
    # Dropout of attention weights costs most of the time on a processor.
    settings: dict[str, Any] = {"attention_probs_dropout_prob": 0.0}
    try:
        pretrained = AutoModel.from_pretrained(str(encoder), attn_implementation="sdpa", **settings)
    except ValueError:  # this kind of encoder has only the plain implementation
        pretrained = AutoModel.from_pretrained(str(encoder), **settings)
    if frozen:
        for part in (pretrained.embeddings, *pretrained.encoder.layer[:frozen]):
            part.requires_grad_(False)
    return Network(pretrained, pretrained.config.hidden_size)


def _perceptron(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, _HIDDEN), nn.GELU(), nn.Dropout(_DROPOUT), nn.Linear(_HIDDEN, outputs)
    )
