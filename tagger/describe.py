"""A model file in a few lines, for people."""

from pathlib import Path

from tagger.errors import printable
from tagger.inference.model_path import model_file
from tagger.inference.session import Session


def describe_model(path: str | Path | None) -> str:
    """Name, licence, tags and digest of a model file, by default the one that uk-tag uses. Raises ModelError."""
    path = model_file(path)
    session = Session(path, device="cpu")
    facts = {"model": session.bundle.name, "licence": session.bundle.licence, "digest": session.digest, "file": str(path)}
    return "\n".join(printable(f"{key}: {value}") for key, value in facts.items())
