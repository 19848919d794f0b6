from __future__ import annotations

import pytest
from graphs import small_graph

from exports.cut import cut, strongest
from exports.definitions import LONGEST, firmness


def found(sentence: str) -> int:
    """Firmness of a sentence whose mention stands in brackets."""
    start = sentence.index("[")
    end = sentence.index("]") - 1
    return firmness(sentence.replace("[", "").replace("]", ""), start, end)


@pytest.mark.parametrize(
    "sentence",
    [
        "[MNIST] is a set of handwritten digits.",
        "The [LQR] (linear-quadratic regulator) is an efficient control method.",
        "In robotics, [visual search] is the task of finding a target in an image.",
        "[Diffusion models] are generative models that reverse a noising process.",
        "[Crowd counting] aims to estimate the number of people in an image.",
        "We introduce [U-Net], a convolutional network with skip connections.",
        "We train [WGAN] (Wasserstein GAN), an alternative to older training.",
        "It rests on an attention-based block called [Evoformer].",
        "[CLEVR]: A Diagnostic Dataset for Compositional Language",
        "[卷积神经网络]是一种深度学习模型。",
    ],
)
def test_sentences_that_define(sentence: str) -> None:
    """A copula, an apposition, a name after its kind and the heading of a paper say what it is."""
    assert found(sentence) > 0


@pytest.mark.parametrize(
    "sentence",
    [
        "[Object detection] is a challenging task in computer vision.",
        "[Robustness] is an important problem that many have studied.",
        "The accuracy of [U-Net] is a percent higher.",
        "We use [U-Net], a transformer, and a random forest.",
        "With [data augmentation], a lower error can be reached.",
        "To design the [controller], a differentiator is used as an observer.",
        "By leveraging [motion data], a single network learns to walk.",
        "The images are freely available for [machine learning].",
        "[Segmentation masks] are corrected by users.",
        "[Network compression] aims to alleviate this issue.",
        "We evaluate [U-Net] on two datasets.",
        f"[MNIST] is a set of digits {'x' * LONGEST}.",
    ],
)
def test_sentences_that_do_not(sentence: str) -> None:
    """Praise, lists, opening phrases, subjects of other things and overlong sentences do not."""
    assert found(sentence) == 0


def test_node_has_its_definition_once() -> None:
    """A node's definition is of a paper that introduces it and not among its other sentences."""
    graph = small_graph()
    shown = cut(graph, strongest(graph, max_nodes=99))
    unet = next(node for node in shown.nodes if node.name == "U-Net")
    assert unet.definition is not None
    paper = shown.papers[unet.definition.paper]
    assert paper.abstract[unet.definition.start : unet.definition.end] == (
        "We introduce U-Net, a convolutional neural network with skip connections."
    )
    assert unet.definition not in unet.evidence
    assert unet.evidence
    assert next(node for node in shown.nodes if node.name == "cell counting").definition is None
