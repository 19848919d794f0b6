"""A trained network as ONNX graphs in eight-bit integers, the form that is shipped and run."""

from __future__ import annotations

import re
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import Tensor, nn

from extractors.model_files import ENCODER, RELATIONS, ROLES, TOKENIZER, write_manifest
from extractors.training.network import Network

_OPSET = 17
_OUTPUT = re.compile(r"layer\.\d+/output/dense/MatMul")


class _Encoder(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        vectors = self.network.hidden(ids, torch.ones_like(ids))
        return vectors, self.network.tag(vectors)


class _Roles(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, entities: Tensor, firsts: Tensor, types: Tensor) -> Tensor:
        return self.network.roles(entities, firsts, types)


class _Relations(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, heads: Tensor, tails: Tensor, ht: Tensor, tt: Tensor) -> Tensor:
        return self.network.relations(heads, tails, ht, tt)


def export_model(
    network: Network,
    tokenizer: Tokenizer,
    folder: Path,
    figures: dict[str, Any],
    *,
    float_outputs: bool = False,
) -> None:
    """Write the model's folder, replacing its files; the network is left in evaluation mode.

    The encoder's weights become int8, an own scale a channel; the heads stay as they are, and with
    ``float_outputs`` the layers that lead out of the feed-forward blocks, too: their inputs have
    outliers that rounding cannot hold (Bondarenko et al. 2021).
    """
    network.eval()
    folder.mkdir(parents=True, exist_ok=True)
    width = network.tag.in_features
    vectors, types = torch.zeros(2, width), torch.zeros(2, dtype=torch.long)
    with tempfile.TemporaryDirectory() as scratch:
        exact = Path(scratch) / ENCODER
        ids = torch.ones(1, 16, dtype=torch.long)
        _export(_Encoder(network), (ids,), exact, ["ids"], ["vectors", "tags"], {1: "pieces"})
        small = Path(scratch) / f"int8-{ENCODER}"
        quantize_dynamic(
            exact,
            small,
            per_channel=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=_feed_forward_outputs(exact) if float_outputs else None,
        )
        shutil.copyfile(small, folder / ENCODER)
    names = ["entities", "firsts", "types"]
    inputs: tuple[Tensor, ...] = (vectors, vectors, types)
    _export(_Roles(network), inputs, folder / ROLES, names, ["roles"], {0: "entities"})
    names = ["heads", "tails", "head_types", "tail_types"]
    inputs = (vectors, vectors, types, types)
    _export(_Relations(network), inputs, folder / RELATIONS, names, ["relations"], {0: "pairs"})
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(folder / TOKENIZER))
    write_manifest(folder, figures)


def _feed_forward_outputs(path: Path) -> list[str]:
    nodes = onnx.load(path).graph.node
    return [node.name for node in nodes if _OUTPUT.search(node.name)]


def _export(
    module: nn.Module,
    inputs: tuple[Tensor, ...],
    path: Path,
    names: list[str],
    outputs: list[str],
    axes: dict[int, str],
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the TorchScript exporter announces its retirement
        torch.onnx.export(
            module.eval(),
            inputs,
            str(path),
            input_names=names,
            output_names=outputs,
            dynamic_axes=dict.fromkeys((*names, *outputs), axes),
            opset_version=_OPSET,
            dynamo=False,
        )
