"""Flair's BiLSTM-CRF (Akbik et al. 2018) with random weights, for speed alone.

Contextual string embeddings from character language models in both directions, a BiLSTM of 256, a CRF. The option is
the number of units of the language models: 1024 gives the 72 MB of flair-uk-ner, 2048 is the size of `news`. Such
models take days to train, and its accuracy depends on them.
"""

from collections.abc import Callable
from pathlib import Path

import flair
from flair.data import Corpus, Dictionary, Sentence
from flair.datasets import FlairDatapointDataset
from flair.embeddings import FlairEmbeddings, StackedEmbeddings
from flair.models import LanguageModel, SequenceTagger

PACKAGES = ["flair", "torch"]
PIECE = 128  # four of its mini-batches
BATCH = 32
OUTSIDE_BIAS = 5.0  # random scores would find an entity at every other token, and building entities takes time


def resources(options: list[str]) -> list[Path]:
    """Return no files."""
    return []


def train(training: list, development: list, folder: Path, seed: int, options: list[str]) -> str:
    """Draw the weights."""
    flair.set_seed(seed)
    (size,) = options
    corpus = Corpus(
        train=FlairDatapointDataset([annotated(tokens, tags) for tokens, tags in training]), sample_missing_splits=False
    )
    labels = corpus.make_label_dictionary("ner", add_unk=False)
    models = [LanguageModel(letters(training), forward, hidden_size=int(size), nlayers=1) for forward in (True, False)]
    tagger = SequenceTagger(
        StackedEmbeddings([FlairEmbeddings(model) for model in models]), labels, "ner", hidden_size=256
    )
    tagger.linear.bias.data[tagger.label_dictionary.get_idx_for_item("O")] = OUTSIDE_BIAS
    tagger.save(folder / "model.pt")
    return f"random weights, language models of {size} units"


def annotated(tokens: list[str], tags: list[str]) -> Sentence:
    """Return a sentence with its entities."""
    sentence = Sentence(tokens)
    starts = [at for at, tag in enumerate(tags) if tag.startswith("B-")]
    for start in starts:
        end = next((at for at in range(start + 1, len(tags)) if not tags[at].startswith("I-")), len(tags))
        sentence[start:end].add_label("ner", tags[start][2:])
    return sentence


def letters(sentences: list) -> Dictionary:
    """Return the characters that occur. Flair's own list of common characters is not in its package."""
    found = Dictionary()
    for letter in sorted({letter for tokens, _ in sentences for token in tokens for letter in token} | {" ", "\n"}):
        found.add_item(letter)
    return found


def load(folder: Path, options: list[str]) -> Callable[[list[list[str]]], list[list[str]]]:
    """Return a function from sentences to tags."""
    tagger = SequenceTagger.load(folder / "model.pt")

    def run(sentences: list[list[str]]) -> list[list[str]]:
        batch = [Sentence(tokens) for tokens in sentences]
        tagger.predict(batch, mini_batch_size=BATCH)
        return [bio(sentence) for sentence in batch]

    return run


def bio(sentence: Sentence) -> list[str]:
    """Return the BIO tags of the entities of a sentence."""
    tags = ["O"] * len(sentence)
    for span in sentence.get_spans("ner"):
        first, *others = (token.idx - 1 for token in span)  # Flair counts tokens from 1
        label = span.get_label("ner").value
        tags[first] = f"B-{label}"
        for at in others:
            tags[at] = f"I-{label}"
    return tags
