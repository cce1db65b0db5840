"""spaCy's efficiency NER, trained from scratch.

The configuration is that of `spacy init config --lang uk --pipeline ner --optimize efficiency`: hashed word features, a
convolutional encoder and a transition parser, no vectors. All settings are spaCy's; it stops by its own patience on the
development documents and keeps its best model.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import spacy
from spacy.tokens import Doc, DocBin
from spacy.training import biluo_tags_to_spans, iob_to_biluo

PACKAGES = ["spacy", "thinc", "numpy"]
PIECE = 5000  # five batches of nlp.pipe


def resources(options: list[str]) -> list[Path]:
    """Return no files."""
    return []


def train(training: list, development: list, folder: Path, seed: int, options: list[str]) -> str:
    """Run `spacy train`, and keep the model with the best development F1."""
    blank = spacy.blank("uk")
    command = [sys.executable, "-m", "spacy"]
    for name, sentences in (("train", training), ("dev", development)):
        DocBin(docs=[annotated(blank.vocab, tokens, tags) for tokens, tags in sentences]).to_disk(
            folder / f"{name}.spacy"
        )
    settings = folder / "config.cfg"
    subprocess.run(
        [*command, "init", "config", settings, "--lang", "uk", "--pipeline", "ner", "--optimize", "efficiency"],
        check=True,
    )
    paths = ["--paths.train", folder / "train.spacy", "--paths.dev", folder / "dev.spacy"]
    subprocess.run([*command, "train", settings, "--output", folder, *paths, "--system.seed", str(seed)], check=True)
    performance = spacy.load(folder / "model-best").meta["performance"]
    for unneeded in ("train.spacy", "dev.spacy"):
        (folder / unneeded).unlink()
    for file in sorted((folder / "model-last").rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    (folder / "model-last").rmdir()
    return f"development F1 {performance['ents_f']:.3f} by its own scorer"


def load(folder: Path, options: list[str]) -> Callable[[list[list[str]]], list[list[str]]]:
    """Return a function from sentences to tags."""
    pipeline = spacy.load(folder / "model-best")

    def run(sentences: list[list[str]]) -> list[list[str]]:
        documents = (Doc(pipeline.vocab, words=tokens) for tokens in sentences)
        return [[bio(token) for token in document] for document in pipeline.pipe(documents)]

    return run


def bio(token) -> str:
    """Return the BIO tag of a token."""
    return f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else "O"


def annotated(vocabulary, tokens: list[str], tags: list[str]) -> Doc:
    """Return a document of one sentence with its entities."""
    document = Doc(vocabulary, words=tokens)
    document.ents = biluo_tags_to_spans(document, iob_to_biluo(tags))
    return document
