"""A trained encoder on disk: one plain dict that rebuilds it, its tokenizer and its head. Nothing in it is executed when read."""

import pickle
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor

from tagger.errors import ModelError
from tagger.train.teacher.encoder import Encoder, EncoderSettings
from tagger.train.teacher.tokenizer import Pieces

FORMAT = 1


def save_checkpoint(path: str | Path, encoder: Encoder, pieces: Pieces, head: dict[str, Tensor], tags: list[str], notes: dict) -> None:
    """Write an encoder with a head (of tags, or of masked words where there are none) and notes on how it was trained."""
    parts = {
        "format": FORMAT,
        "settings": asdict(encoder.settings),
        "dropout": encoder.dropout.share,
        "tokenizer": pieces.definition,
        "encoder": encoder.state_dict(),
        "head": head,
        "tags": list(tags),
        "notes": notes,
    }
    partial = Path(f"{path}.partial")  # whoever reads the checkpoint of a running training finds a whole one
    torch.save(parts, partial)
    partial.replace(path)


def load_checkpoint(path: str | Path) -> tuple[Encoder, Pieces, dict[str, Tensor], list[str]]:
    """Read what :func:`save_checkpoint` wrote: encoder, tokenizer, head, tags.

    :raises ModelError: a file that cannot be read, or is no checkpoint of a teacher.
    """
    try:
        parts = torch.load(path, map_location="cpu", weights_only=True)
        if parts["format"] != FORMAT:
            raise ModelError(f"{path}: a checkpoint of format {parts['format']}, this version reads {FORMAT}; train the teacher anew")
        encoder = Encoder(EncoderSettings(**parts["settings"]), parts["dropout"])
        encoder.load_state_dict(parts["encoder"])
        return encoder, Pieces(parts["tokenizer"]), parts["head"], parts["tags"]
    except (OSError, RuntimeError, KeyError, TypeError, pickle.UnpicklingError) as error:
        reason = str(error).partition("\n")[0]
        raise ModelError(f"{path}: not a teacher's checkpoint ({reason}); give a file written by the teacher's pretrain or fit command") from None
