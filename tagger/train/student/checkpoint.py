"""Checkpoints: one plain dictionary of tensors, numbers and texts, read with `weights_only=True`, written whole or not at all."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from tagger.bundle import Bundle
from tagger.errors import ModelError
from tagger.train.data.writing import whole_file
from tagger.train.student.network import Network, NetworkSettings
from tagger.vocabulary import Vocabulary

FORMAT = 1
KIND = "uk-tag checkpoint"


@dataclass(slots=True)
class Checkpoint:
    """A trained network and all that rebuilds it.

    :param weights: the network's state dictionary.
    :param data: files and fingerprints of what it was trained on, JSON types only.
    :param training: the options of the training, JSON types only.
    :param scores: development scores, JSON types only.
    :param history: one dictionary an epoch: loss, rate, scores.
    :param temperature: see :class:`tagger.bundle.Bundle`.
    """

    settings: NetworkSettings
    vocabulary: Vocabulary
    tags: list[str]
    weights: dict[str, torch.Tensor]
    data: dict = field(default_factory=dict)
    training: dict = field(default_factory=dict)
    scores: dict = field(default_factory=dict)
    history: list[dict] = field(default_factory=list)
    temperature: float = 1.0

    def network(self) -> Network:
        """The network, on the CPU, not in training."""
        network = Network(self.settings, len(self.vocabulary), self.tags)
        network.load_state_dict(self.weights)
        return network.eval()

    def bundle(self) -> Bundle:
        """What a model file carries beside the graph."""
        card = {"data": self.data, "training": self.training, "scores": self.scores, "network": asdict(self.settings)}
        return Bundle(self.tags, self.vocabulary, self.network().chain.transitions(), card, self.temperature)


def save(checkpoint: Checkpoint, path: str | Path) -> None:
    """Write a checkpoint; an interruption leaves the old file, if there was one."""
    save_plain(
        {
            "kind": KIND,
            "format": FORMAT,
            "settings": asdict(checkpoint.settings),
            "vocabulary": checkpoint.vocabulary.to_texts(),
            "tags": list(checkpoint.tags),
            "weights": {name: tensor.detach().cpu() for name, tensor in checkpoint.weights.items()},
            "data": checkpoint.data,
            "training": checkpoint.training,
            "scores": checkpoint.scores,
            "history": checkpoint.history,
            "temperature": checkpoint.temperature,
        },
        path,
    )


def save_plain(content: dict[str, Any], path: str | Path) -> None:
    """Write a dictionary of plain data and tensors, whole or not at all. Raises DataError where the file cannot be written."""
    with whole_file(path) as file:
        torch.save(content, file)


def load(path: str | Path) -> Checkpoint:
    """Read a checkpoint. Raises ModelError where the file cannot be read, is none of ours, or is of another format version."""
    content = load_plain(path)
    if content.get("kind") != KIND:
        raise ModelError(f"{path}: this is no checkpoint of uk-tag-train; give the file that `uk-tag-train fit` wrote")
    if content.get("format") != FORMAT:
        raise ModelError(f"{path}: the checkpoint has format version {content.get('format')}, this program reads version {FORMAT}; train it again")
    try:
        checkpoint = Checkpoint(
            NetworkSettings(**content["settings"]),
            Vocabulary.from_texts(content["vocabulary"]),
            content["tags"],
            *(content[key] for key in ("weights", "data", "training", "scores", "history")),
            content.get("temperature", 1.0),
        )
        checkpoint.network()
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ModelError(f"{path}: the checkpoint does not fit together ({str(error).splitlines()[0]}); train it again") from None
    return checkpoint


def load_plain(path: str | Path) -> dict[str, Any]:
    """Read a dictionary that :func:`save_plain` wrote. Raises ModelError where that fails."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror or error}; give a file written by uk-tag-train") from None
    except Exception as error:  # torch raises whatever its unpickler and zip reader raise
        raise ModelError(f"{path}: this is no checkpoint, or it was cut short ({type(error).__name__}); train it again") from None
    if not isinstance(content, dict):
        raise ModelError(f"{path}: this is no checkpoint of uk-tag-train; give the file that `uk-tag-train fit` wrote")
    return content
