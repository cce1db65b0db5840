"""Stanza's BiLSTM-CRF (Qi et al. 2020), in one of two states.

- `published`: the architecture of its Ukrainian model, with random weights: character language models of 1024 units in
  both directions, word vectors of 100, a BiLSTM of 256, a CRF. For speed alone. There are word vectors for the training
  words only, fewer than Stanza has.
- `scratch`: the network that Stanza trains without vectors and language models: learned word and character embeddings,
  the same BiLSTM and CRF. Trained with Stanza's own program and settings.
"""

import json
from collections.abc import Callable
from pathlib import Path

import stanza
import torch
from stanza.models import ner_tagger
from stanza.models.common.char_model import CharacterLanguageModel
from stanza.models.common.doc import Document
from stanza.models.common.pretrain import Pretrain, PretrainedWordVocab
from stanza.models.common.utils import set_random_seed
from stanza.models.common.vocab import VOCAB_PREFIX
from stanza.models.ner.data import DataLoader
from stanza.models.ner.trainer import Trainer
from stanza.models.pos.vocab import CharVocab

PACKAGES = ["stanza", "torch"]
PIECE = 128  # four of its batches
VECTOR = 100
LANGUAGE_MODEL = {
    "char_emb_dim": 100,
    "char_hidden_dim": 1024,
    "char_num_layers": 1,
    "char_dropout": 0.05,
    "char_rec_dropout": 0.0,
}
OUTSIDE_BIAS = 5.0  # random scores would find an entity at every other token, and building entities takes time


def resources(options: list[str]) -> list[Path]:
    """Return no files."""
    return []


def train(training: list, development: list, folder: Path, seed: int, options: list[str]) -> str:
    """Train, or draw random weights, as the first option says. A second option is the maximum number of steps."""
    (folder / "resources.json").write_text("{}")  # the pipeline requires this file
    state, *limit = options
    if state == "published":
        draw(training, folder, seed)
        return "random weights"
    paths = []
    for name, sentences in (("training", training), ("development", development)):
        paths.append(folder / f"{name}.json")
        paths[-1].write_text(json.dumps(as_json(sentences), ensure_ascii=False), encoding="utf-8")
    words = [
        "--train_file",
        str(paths[0]),
        "--eval_file",
        str(paths[1]),
        "--save_dir",
        str(folder),
        "--save_name",
        "ner.pt",
    ]
    words += [
        "--shorthand",
        "uk_ner",
        "--no_pretrain",
        "--cpu",
        "--seed",
        str(seed),
        *(["--max_steps", limit[0]] if limit else []),
    ]
    ner_tagger.main(words)
    for path in paths:
        path.unlink()
    return f"Stanza's own training, {f'at most {limit[0]} steps' if limit else 'stopped by its own patience'}"


def draw(training: list, folder: Path, seed: int) -> None:
    """Write a pipeline's files with random weights."""
    set_random_seed(seed)
    characters = CharVocab(
        [sorted({letter for tokens, _ in training for token in tokens for letter in token} | {" ", "\n"})]
    )
    for forward, name in ((True, "forward"), (False, "backward")):
        CharacterLanguageModel(LANGUAGE_MODEL, {"char": characters}, is_forward_lm=forward).save(
            str(folder / f"{name}.pt")
        )
    words = sorted({token.lower() for tokens, _ in training for token in tokens})
    pretrain = Pretrain(str(folder / "vectors.pt"))
    pretrain._vocab, pretrain._emb = PretrainedWordVocab(words), torch.randn(len(words) + len(VOCAB_PREFIX), VECTOR)
    pretrain.save(pretrain.filename)
    options = [
        "--charlm",
        "--charlm_forward_file",
        str(folder / "forward.pt"),
        "--charlm_backward_file",
        str(folder / "backward.pt"),
    ]
    settings = ner_tagger.parse_args(["--shorthand", "uk_ner", "--cpu", *options])
    vocabulary = DataLoader(Document(as_json(training)), settings["batch_size"], settings, pretrain).vocab
    trainer = Trainer(args=settings, vocab=vocabulary, pretrain=pretrain, device="cpu")
    (outside,) = vocabulary["tag"].unit2id(("O",))
    trainer.model.tag_clfs[0].bias.data[outside] = OUTSIDE_BIAS
    trainer.save(str(folder / "ner.pt"))


def as_json(sentences: list) -> list[list[dict]]:
    """Return sentences in the format of Stanza's data files."""
    return [
        [{"text": token, "ner": tag} for token, tag in zip(tokens, tags, strict=True)] for tokens, tags in sentences
    ]


def load(folder: Path, options: list[str]) -> Callable[[list[list[str]]], list[list[str]]]:
    """Return a function from sentences to tags: the pipeline on pretokenized text."""
    files = {}
    if options[0] == "published":
        files = {f"ner_{name}_charlm_path": str(folder / f"{name}.pt") for name in ("forward", "backward")}
        files["ner_pretrain_path"] = str(folder / "vectors.pt")
    settings = {
        "tokenize_pretokenized": True,
        "use_gpu": False,
        "download_method": None,
        "allow_unknown_language": True,
        "verbose": False,
    }
    processors = {"tokenize": "default", "ner": "default"}
    pipeline = stanza.Pipeline(
        "uk", dir=str(folder), processors=processors, ner_model_path=str(folder / "ner.pt"), **settings, **files
    )

    def run(sentences: list[list[str]]) -> list[list[str]]:
        return [[bio(token.ner) for token in sentence.tokens] for sentence in pipeline(sentences).sentences]

    return run


def bio(tag: str) -> str:
    """Convert a BIOES tag to BIO."""
    return {"E": "I", "S": "B"}.get(tag[0], tag[0]) + tag[1:]
