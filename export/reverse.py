"""A model file turned back into a checkpoint, for further training of a model of which there is no other."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from export.graph import GATES
from tagger.errors import ModelError
from tagger.model_file.bundle import graph_of, read_bundle
from tagger.model_file.content import read_model
from tagger.model_file.graph import LARGEST_FIGURE, MOST_NODES
from tagger.model_file.shapes import WIDEST
from tagger.model_file.transitions import FORBIDDEN, Transitions
from tagger.train.student.checkpoint import Checkpoint
from tagger.train.student.network import CELLS, OUTPUTS, NetworkSettings
from tagger.validation import MEND, choice, figure, flag, of_file, shown, whole


def reverse(path: str | Path) -> Checkpoint:
    """Return the checkpoint that a float32 model file was exported from, without the history of its training.

    :raises ModelError: the file cannot be read, or is in int8, whose weights are rounded.
    """
    content = read_model(path)
    with of_file(path):
        bundle = read_bundle(content, graph_of(content))
        settings = _settings(bundle.card.get("network", {}))
    graph = onnx.load_from_string(content).graph
    stored = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    try:
        _check_sizes(settings, stored)
        checkpoint = Checkpoint(
            settings=settings,
            vocabulary=bundle.vocabulary,
            tags=bundle.tags,
            weights=_weights(stored, settings, bundle.transitions),
            data=bundle.card.get("data", {}),
            training=bundle.card.get("training", {}),
            scores=bundle.card.get("scores", {}),
            temperature=bundle.temperature,
        )
        checkpoint.network()
    except (KeyError, TypeError, ValueError, RuntimeError):
        raise ModelError(f"{path}: its weights are rounded or incomplete; give the float32 model") from None
    return checkpoint


def _settings(network: dict[str, Any]) -> NetworkSettings:
    """Return the network settings from the model's card.

    :raises ModelError: an entry is unknown or has a wrong value.
    """
    own = {**asdict(NetworkSettings()), **network}
    if strange := own.keys() - asdict(NetworkSettings()).keys():
        raise ModelError(f"the card's network has an entry {shown(min(strange))}; {MEND}")
    return NetworkSettings(
        choice(own["cell"], "the card's network.cell", tuple(CELLS)),
        whole(own["layers"], "the card's network.layers", 1, MOST_NODES),
        whole(own["width"], "the card's network.width", 1, WIDEST),
        whole(own["embedding"], "the card's network.embedding", 1, WIDEST),
        figure(own["dropout"], "the card's network.dropout", 0, 1),
        flag(own["bidirectional"], "the card's network.bidirectional"),
        flag(own["layer_norm"], "the card's network.layer_norm"),
        choice(own["output"], "the card's network.output", OUTPUTS),
        figure(own["clamp"], "the card's network.clamp", 0, LARGEST_FIGURE),
    )


def _check_sizes(settings: NetworkSettings, stored: dict[str, np.ndarray]) -> None:
    """Compare the settings with the sizes of the weights before a network is made.

    :raises KeyError, ValueError: weights are missing or have other sizes.
    """
    sizes = stored["table"].shape[1], stored[f"layer.{settings.layers - 1}.R"].shape[2]
    if sizes != (settings.embedding, settings.width):
        raise ValueError(f"weights of sizes {sizes}")


def _weights(stored: dict[str, np.ndarray], settings: NetworkSettings, chain: Transitions) -> dict[str, torch.Tensor]:
    """Rebuild the network's state dictionary from what :mod:`export.graph` stores."""
    found = {
        "embedding.weight": stored["table"].astype(np.float32) * stored["scales"].astype(np.float32),
        "output.weight": stored["output.weight"].T,
        "output.bias": stored["output.bias"],
    }
    for name in ("start", "between", "end"):
        scores = getattr(chain, name)
        found[f"chain.{name}"] = np.where(
            scores == np.float32(FORBIDDEN), np.float32(0), scores
        )  # the CRF masks them itself
    if settings.layer_norm:
        found |= {name: stored[name] for name in ("norm.weight", "norm.bias")}
    for layer in range(settings.layers):
        # (directions, gates x width, columns), and both biases, one after the other
        biases = np.split(stored[f"layer.{layer}.B"], 2, 1)
        own = [stored[f"layer.{layer}.W"], stored[f"layer.{layer}.R"], *biases]
        for kind, values in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), own, strict=True):
            for direction, suffix in zip(values, ("", "_reverse"), strict=False):
                found[f"layers.{layer}.{kind}_l0{suffix}"] = _reorder(direction, settings.cell)
    return {name: torch.from_numpy(np.array(values)) for name, values in found.items()}


def _reorder(weight: np.ndarray, cell: str) -> np.ndarray:
    """Reorder gates from ONNX's order to torch's. *Shape:* (gates x width, ...) -> the same."""
    parts = np.split(weight, len(GATES[cell]))
    return np.concatenate([parts[GATES[cell].index(gate)] for gate in range(len(parts))])
