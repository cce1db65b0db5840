"""The data of a run: splits of the hub data set, documents of the standard split, or folds of those."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from tagger import tags as bio
from tagger.errors import DataError
from tagger.train.data.corpus import Document, without_copies
from tagger.train.data.sources import all_sentences, fingerprint, read, read_training
from tagger.train.data.split import development_split

SEED = 42  # of every split: runs with other seeds train on the same data
SHARE = 0.12  # of the training tokens, cut off by document to choose the epoch by


@dataclass(slots=True)
class Parts:
    """The data of one run.

    :param development: documents that choose the epoch.
    :param test: documents that the report is about.
    :param names: documents whose names count as seen: the same for all runs of one table.
    :param stratum: unit of the bootstrap: `documents`, or `sentences` if documents are not known.
    """

    training: list[Document]
    development: list[Document]
    test: list[Document]
    names: list[Document]
    stratum: str

    def fingerprints(self) -> dict[str, str]:
        """Return a digest of each part."""
        parts = {"training": self.training, "development": self.development, "test": self.test}
        return {name: fingerprint(documents) for name, documents in parts.items()}


@dataclass
class Sources:
    """The sources of the study's data; each is read at its first use.

    :param hub: name of the data set on the hub, or a folder with its parquet files.
    :param train: CoNLL file of the standard split's training documents.
    :param test: CoNLL file of its test documents.
    :param more: further training files.
    :param mapping: labels to rename in all of them.
    """

    hub: str = ""
    train: str = ""
    test: str = ""
    more: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    log: Callable[[str], None] = lambda line: None

    def missing(self, data: str) -> str:
        """Return the option that is missing for runs on this data; empty if nothing is."""
        if data == "hub":
            return "" if self.hub else "--hub"
        if not self.train:
            return "--train"
        if data.startswith("documents") and not self.test:
            return "--test"
        return "--more" if data.endswith("more") and not self.more else ""

    @cached_property
    def pool(self) -> dict[str, list[Document]]:
        """The hub data set by split: `train`, `validation`, `test`. Raises DataError if one is missing."""
        splits = read(self.hub)
        for name in ("train", "validation", "test"):
            if name not in splits:
                message = f"there is no split {name}, only {', '.join(splits)}"
                raise DataError(f"{message}; the study needs train, validation and test", path=self.hub)
        return splits

    @cached_property
    def split(self) -> tuple[list[Document], list[Document]]:
        """Training and development documents of the standard training file, split by document."""
        return read_training((self.train,), share=SHARE, seed=SEED, mapping=self.mapping, log=self.log)

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
        """Documents of the further files that are no copies of those in the standard files."""
        found = [document for source in self.more for document in read(source, mapping=self.mapping)["train"]]
        known = [*self.documents, *(self.test_documents if self.test else [])]
        return without_copies(found, known)

    def parts(self, data: str, subset: float = 1.0) -> Parts:
        """Return the data that a run names. Raises DataError if it was not given.

        :param subset: share of the training data to keep.
        """
        if missing := self.missing(data):
            raise DataError(f"{missing} is needed for runs on {data}; give it, or leave those rows out with --rows")
        fold = re.fullmatch(r"fold (\d+) of (\d+)", data)
        if data == "hub":
            training, development, test = (self.pool[name] for name in ("train", "validation", "test"))
            return Parts(_some_sentences(training, subset), development, test, training, "sentences")
        if fold:
            number, count = map(int, fold.groups())
            members = stratified_folds(self.documents, count)
            others = [own for other, group in enumerate(members, 1) if other != number for own in group]
            training, development = development_split(others, SHARE, SEED)
            return Parts(_some_documents(training, subset), development, members[number - 1], training, "documents")
        training, development = self.split
        more = self.more_documents if data.endswith("more") else []
        kept = _some_documents([*training, *more], subset)
        return Parts(kept, development, self.test_documents, training, "documents")


def _some_sentences(documents: list[Document], share: float) -> list[Document]:
    sentences = all_sentences(documents)
    count = max(1, round(share * len(sentences)))
    chosen = np.sort(np.random.default_rng(SEED).permutation(len(sentences))[:count])
    return [Document("train", [sentences[number] for number in chosen])] if share < 1 else documents


def _some_documents(documents: list[Document], share: float) -> list[Document]:
    if share == 1:
        return documents
    chosen = development_split(documents, share, SEED)[1]
    if not chosen:
        raise DataError(f"{share:.0%} of the training documents is none; give a larger --subset")
    return chosen


def stratified_folds(documents: Sequence[Document], count: int) -> list[list[Document]]:
    """Split whole documents into folds that are stratified by source, size and the labels of their entities.

    Greedy: the documents with the most entities first, each into the fold that lacks most of what it has (after
    Sechidis, Tsoumakas and Vlahavas 2011, here with counts for labels). It is deterministic, whatever the order of the
    documents.

    :returns: `count` disjoint lists, together all documents.
    :raises DataError: there are fewer documents than folds, or fewer than two folds.
    """
    if not 2 <= count <= len(documents):
        message = f"{len(documents)} documents cannot be split into {count} folds"
        raise DataError(f"{message}; give a number from 2 to {len(documents)} with --folds")

    def rank(document: Document) -> tuple[int, int, str]:
        return -_entities(document).total(), -document.tokens, document.name

    ordered = sorted(documents, key=rank)
    contents = [_content(document) for document in ordered]
    columns = {key: column for column, key in enumerate(sorted({key for own in contents for key in own}))}
    shares = np.zeros((len(ordered), len(columns)))
    for row, content in enumerate(contents):
        for key, value in content.items():
            shares[row, columns[key]] = value
    shares /= shares.sum(0)  # each column sums to 1
    missing = np.full((count, len(columns)), 1 / count)
    members: list[list[Document]] = [[] for _ in range(count)]
    for document, share in zip(ordered, shares, strict=True):
        fold = int(np.argmax(missing @ share))
        members[fold].append(document)
        missing[fold] -= share
    return [sorted(fold, key=lambda document: document.name) for fold in members]


def _content(document: Document) -> dict[str, float]:
    """Return what folds share evenly: tokens, tokens of the document's source, entities of each label; no zeros."""
    found: dict[str, float] = {"tokens": document.tokens, f"source {document.source}": document.tokens}
    return found | {f"class {label}": number for label, number in _entities(document).items()}


def _entities(document: Document) -> Counter[str]:
    return Counter(span.label for sentence in document.sentences for span in bio.spans(sentence.tags))
