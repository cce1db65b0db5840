"""The data of a run: the parts of the hub form, the documents of the standard split, or folds of its training documents."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from tagger.errors import DataError
from tagger.train.data.corpus import Document, without_copies
from tagger.train.data.sources import all_sentences, fingerprint, read
from tagger.train.data.split import development_split
from tagger.train.student.fit import DataSettings, load_parts
from tagger.train.study.folds import stratified_folds

SEED = 42  # of every cut: runs with other seeds train on the same data
SHARE = 0.12  # of the training tokens, cut off by document to choose the epoch by


@dataclass(slots=True)
class Parts:
    """The data of one run.

    :param development: what chooses the epoch; `test`: what is reported on.
    :param names: the documents by whose names a test name counts as seen: the same for runs that stand in one table.
    :param stratum: what the bootstrap draws: `documents`, or `sentences` where documents are not known.
    """

    training: list[Document]
    development: list[Document]
    test: list[Document]
    names: list[Document]
    stratum: str

    def fingerprints(self) -> dict[str, str]:
        """A digest of each part."""
        return {name: fingerprint(getattr(self, name)) for name in ("training", "development", "test")}


@dataclass
class Sources:
    """Where the study's data is; each is read when it is first asked for.

    :param hub: the hub's name of the data set, or a folder with its parquet files.
    :param train, test: CoNLL files of the standard split.
    :param more: further training files.
    :param mapping: labels to rename in all of them.
    """

    hub: str = ""
    train: str = ""
    test: str = ""
    more: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    log: Callable[[str], None] = lambda line: None

    def have(self, data: str) -> str:
        """What is missing for runs on this data, as the option to give; empty where all is there."""
        if data == "hub":
            return "" if self.hub else "--hub"
        if not self.train:
            return "--train"
        if data.startswith("documents") and not self.test:
            return "--test"
        return "--more" if data.endswith("more") and not self.more else ""

    @cached_property
    def pool(self) -> dict[str, list[Document]]:
        """The hub form by part: `train`, `validation`, `test`. Raises DataError where one is missing."""
        parts = read(self.hub)
        for name in ("train", "validation", "test"):
            if name not in parts:
                raise DataError(f"there is no part {name}, only {', '.join(parts)}; the study needs train, validation and test", path=self.hub)
        return parts

    @cached_property
    def split(self) -> tuple[list[Document], list[Document]]:
        """Training and development documents of the standard training file, cut by document."""
        return load_parts(DataSettings(sources=(self.train,), share=SHARE, mapping=self.mapping), SEED, self.log)

    @cached_property
    def documents(self) -> list[Document]:
        """All documents of the standard training file."""
        return without_copies(read(self.train, mapping=self.mapping)["train"])

    @cached_property
    def test_documents(self) -> list[Document]:
        """The standard test documents."""
        return read(self.test, mapping=self.mapping)["train"]

    @cached_property
    def more_documents(self) -> list[Document]:
        """Those documents of the further files that repeat none of the standard files."""
        found = [document for source in self.more for document in read(source, mapping=self.mapping)["train"]]
        known = [*self.documents, *(self.test_documents if self.test else [])]
        return without_copies(found, known)

    def parts(self, data: str, subset: float = 1.0) -> Parts:
        """The data that a run names, of which training is cut to a share. Raises DataError."""
        if missing := self.have(data):
            raise DataError(f"{missing} is needed for runs on {data}; give it, or leave those rows out with --rows")
        fold = re.fullmatch(r"fold (\d+) of (\d+)", data)
        if data == "hub":
            training, development, test = (self.pool[name] for name in ("train", "validation", "test"))
            return Parts(_some_sentences(training, subset), development, test, training, "sentences")
        if fold:
            number, count = map(int, fold.groups())
            members = stratified_folds(self.documents, count)
            others = [document for other, group in enumerate(members, 1) if other != number for document in group]
            training, development = development_split(others, SHARE, SEED)
            return Parts(_some_documents(training, subset), development, members[number - 1], training, "documents")
        training, development = self.split
        more = self.more_documents if data.endswith("more") else []
        return Parts(_some_documents([*training, *more], subset), development, self.test_documents, training, "documents")


def _some_sentences(documents: list[Document], share: float) -> list[Document]:
    sentences = all_sentences(documents)
    chosen = np.sort(np.random.default_rng(SEED).permutation(len(sentences))[: max(1, round(share * len(sentences)))])
    return [Document("train", [sentences[i] for i in chosen])] if share < 1 else documents


def _some_documents(documents: list[Document], share: float) -> list[Document]:
    if share == 1:
        return documents
    chosen = development_split(documents, share, SEED)[1]
    if not chosen:
        raise DataError(f"{share:.0%} of the training documents is none; give a larger --subset")
    return chosen
