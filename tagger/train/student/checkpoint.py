"""Checkpoints: one dictionary of tensors and plain data, read with `weights_only=True` and written atomically."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from tagger.errors import ModelError
from tagger.features.vocabulary import Vocabulary
from tagger.model_file.bundle import Bundle
from tagger.train.data.writing import whole_file
from tagger.train.student.network import Network, NetworkSettings

FORMAT = 1
KIND = "uk-tag checkpoint"


@dataclass(slots=True)
class Checkpoint:
    """A trained network and all that is needed to rebuild it.

    :param weights: state dictionary of the network.
    :param data: files and fingerprints of the training data, and the provenance; JSON types only.
    :param training: options of the training, JSON types only.
    :param scores: development scores, JSON types only.
    :param history: one dictionary per epoch: loss, rate, scores.
    :param temperature: see :class:`tagger.model_file.bundle.Bundle`.
    """

    settings: NetworkSettings
    vocabulary: Vocabulary
    tags: list[str]
    weights: dict[str, torch.Tensor]
    data: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    temperature: float = 1.0

    def network(self) -> Network:
        """Build the network, on the CPU and in evaluation mode."""
        network = Network(self.settings, len(self.vocabulary), self.tags)
        network.load_state_dict(self.weights)
        return network.eval()

    def bundle(self) -> Bundle:
        """Return what a model file carries beside the graph."""
        card = {"data": self.data, "training": self.training, "scores": self.scores, "network": asdict(self.settings)}
        return Bundle(self.tags, self.vocabulary, self.network().chain.transitions(), card, self.temperature)


def save(checkpoint: Checkpoint, path: str | Path) -> None:
    """Write a checkpoint; an interruption leaves the old file, if there was one.

    Raises DataError if it cannot be written.
    """
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
    """Write a dictionary of plain data and tensors, atomically. Raises DataError if the file cannot be written."""
    with whole_file(path) as file:
        torch.save(content, file)


def load(path: str | Path) -> Checkpoint:
    """Read a checkpoint.

    :raises ModelError: the file cannot be read, is no checkpoint, or has another format version.
    """
    content = load_plain(path)
    if content.get("kind") != KIND:
        raise ModelError(f"{path}: this is no checkpoint of uk-tag-train; give a file that `uk-tag-train fit` wrote")
    if content.get("format") != FORMAT:
        version = content.get("format")
        message = f"the checkpoint has format version {version}, this program reads version {FORMAT}; train it again"
        raise ModelError(f"{path}: {message}")
    try:
        checkpoint = Checkpoint(
            settings=NetworkSettings(**content["settings"]),
            vocabulary=Vocabulary.from_texts(content["vocabulary"]),
            tags=content["tags"],
            weights=content["weights"],
            data=content["data"],
            training=content["training"],
            scores=content["scores"],
            history=content["history"],
            temperature=content.get("temperature", 1.0),
        )
        checkpoint.network()
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"{path}: the checkpoint does not fit together ({reason}); train it again") from None
    return checkpoint


def load_plain(path: str | Path) -> dict[str, Any]:
    """Read a dictionary that :func:`save_plain` wrote. Raises ModelError if that fails."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        reason = error.strerror or error
        raise ModelError(f"{path}: cannot be read: {reason}; give a file that uk-tag-train wrote") from None
    except Exception as error:  # torch raises the errors of its unpickler and zip reader
        kind = type(error).__name__
        raise ModelError(f"{path}: this is no checkpoint, or it is truncated ({kind}); train it again") from None
    if not isinstance(content, dict):
        raise ModelError(f"{path}: this is no checkpoint of uk-tag-train; give a file that `uk-tag-train fit` wrote")
    return content
