"""Mean of a training's weights and a model's: python benchmarks/mean_of_weights.py STATE MODEL OUT.

Networks that were trained from one start lie in one basin, and the mean of their weights reads better
than either (Wortsman et al. 2022, "Model soups"). STATE is the ``training.pt`` that ``kg train`` works
with, kept beside the model that it made; MODEL is the folder of an earlier training from the same
encoder and seed, whose weights are taken back from its eight-bit integers. OUT is a model folder.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from extractors.model_files import ENCODER, MANIFEST, RELATIONS, ROLES, TOKENIZER
from extractors.pieces import read_tokenizer
from extractors.training.export import export_model
from extractors.training.network import new_network

_PREFIX = "network."
_QUANTIZED = "_quantized"


def weights_of(path: Path) -> Iterator[tuple[str, torch.Tensor]]:
    """Names and values of the weights of an exported graph, those in integers as floats again."""
    graph = onnx.load(path).graph
    values = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    for node in graph.node:
        for name in set(node.input) & set(values):
            if name.endswith(("_scale", "_zero_point")) or values[name].size < 2:
                continue
            value, base = values[name], name.removesuffix(_QUANTIZED)
            if name.endswith(_QUANTIZED):
                scale, zero = values[f"{base}_scale"], values[f"{base}_zero_point"]
                value = (value.astype(np.float32) - zero.astype(np.float32)) * scale
            if base.startswith(_PREFIX):
                yield base.removeprefix(_PREFIX), torch.tensor(value)
            else:  # a matrix, which the exporter turned round
                place = re.sub(r"/(MatMul|Gemm)(_quant)?$", ".weight", node.name.lstrip("/"))
                yield place.replace("/", "."), torch.tensor(np.ascontiguousarray(value.T))


def main() -> None:
    """Write the model whose weights are the mean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--encoder", type=Path, required=True, help="encoder that both began from")
    arguments = parser.parse_args()
    network = new_network(arguments.encoder)
    state = torch.load(arguments.state, weights_only=True)["best_weights"]
    other = {
        name: value
        for file in (ENCODER, ROLES, RELATIONS)
        for name, value in weights_of(arguments.model / file)
    }
    lacking = {name for name in state if name not in other and "pooler" not in name}
    if lacking or any(other[name].shape != state[name].shape for name in other):
        raise SystemExit(f"{arguments.model}: not a model of this network: {sorted(lacking)}")
    network.load_state_dict(
        {
            name: (value + other[name]) / 2 if name in other else value
            for name, value in state.items()
        }
    )
    figures = [
        json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["figures"]
        for folder in (arguments.state.parent, arguments.model)
    ]
    tokenizer = read_tokenizer(arguments.encoder / TOKENIZER)
    export_model(network, tokenizer, arguments.out, {"mean_of": figures})


if __name__ == "__main__":
    main()
