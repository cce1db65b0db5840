"""A model file in a few lines, for people."""

from pathlib import Path

from tagger.content import read_model
from tagger.digest import read
from tagger.precision import model_file
from tagger.session import Session


def describe_model(path: str | Path | None) -> str:
    """Name, licence, tags and digest of a model file, by default the one that uk-tag uses. Raises ModelError."""
    path = model_file(path)
    card = Session(path, device="cpu").bundle.card
    facts = {"model": card.get("name", "(no name)"), "licence": card.get("licence", "(none said)"), "digest": read(read_model(path)), "file": str(path)}
    return "\n".join(f"{key}: {value}" for key, value in facts.items())
