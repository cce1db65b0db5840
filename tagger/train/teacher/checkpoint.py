"""Checkpoints of a teacher: one plain dictionary with encoder, tokenizer and head.

Nothing in it is executed when it is read.
"""

import pickle
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tagger.errors import ModelError
from tagger.train.data.writing import whole_file
from tagger.train.teacher.encoder.four_bit_file import EncoderSettings
from tagger.train.teacher.encoder.network import Encoder
from tagger.train.teacher.encoder.tokenizer import SubwordTokenizer

FORMAT = 1


def save_checkpoint(
    path: str | Path,
    encoder: Encoder,
    tokenizer: SubwordTokenizer,
    head: dict[str, Tensor],
    tags: list[str],
    notes: dict[str, Any],
) -> None:
    """Write an encoder, its tokenizer and its head, atomically: one can read the checkpoint of a running training.

    :param head: state dictionary of the head, for tags, or for masked words if there are no tags.
    :param notes: how it was trained.
    :raises DataError: the file cannot be written.
    """
    content = {
        "format": FORMAT,
        "settings": asdict(encoder.settings),
        "dropout": encoder.dropout.share,
        "tokenizer": tokenizer.definition,
        "encoder": encoder.state_dict(),
        "head": head,
        "tags": list(tags),
        "notes": notes,
    }
    with whole_file(path) as file:
        torch.save(content, file)


def load_checkpoint(path: str | Path) -> tuple[Encoder, SubwordTokenizer, dict[str, Tensor], list[str]]:
    """Read what :func:`save_checkpoint` wrote: encoder, tokenizer, head, tags.

    :raises ModelError: the file cannot be read, or is no checkpoint of a teacher.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        if content["format"] != FORMAT:
            version = content["format"]
            message = f"a checkpoint of format {version}, this version reads {FORMAT}; train the teacher again"
            raise ModelError(f"{path}: {message}")
        encoder = Encoder(EncoderSettings(**content["settings"]), content["dropout"])
        encoder.load_state_dict(content["encoder"])
        return encoder, SubwordTokenizer(content["tokenizer"]), content["head"], content["tags"]
    except (OSError, EOFError, RuntimeError, KeyError, TypeError, pickle.UnpicklingError) as error:
        reason = str(error).partition("\n")[0]
        message = f"not a teacher's checkpoint ({reason}); give a file that `teacher pretrain` or `teacher fit` wrote"
        raise ModelError(f"{path}: {message}") from None


def save_state(content: dict[str, Any], path: str | Path) -> None:
    """Write the state of a training, atomically. Raises DataError if the file cannot be written."""
    with whole_file(path) as file:
        torch.save(content, file)


def load_state(path: str | Path) -> dict[str, Any]:
    """Read what :func:`save_state` wrote. Raises ModelError if that fails."""
    try:
        content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, pickle.UnpicklingError) as error:
        reason = str(error).partition("\n")[0]
        message = f"not the state of a training ({reason}); delete the file to start anew"
        raise ModelError(f"{path}: {message}") from None
    return content
