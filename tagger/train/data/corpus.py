"""Annotated sentences and documents: reading CoNLL files, renaming labels, finding copies of documents.

Whatever tagging scheme a file uses, this module converts it to BIO. The tag set is what the data holds; no label is
named in the code.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tagger import tags as bio
from tagger.errors import DataError

# Two documents that share a sentence of this length are copies of each other; shorter ones ("Так .") occur everywhere.
DISTINCTIVE_TOKENS = 9


@dataclass(frozen=True, slots=True)
class Sentence:
    """Tokens and their BIO tags: two tuples of the same length, at least 1."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(slots=True)
class Document:
    """Named list of sentences. A file without document marks is one document, named after the file."""

    name: str
    sentences: list[Sentence] = field(default_factory=list)

    @property
    def source(self) -> str:
        """Origin as far as the name tells: `ng` for `ng/…`, the genre letter of `A_…`, otherwise an empty string."""
        folder, slash, _ = self.name.partition("/")
        if slash:
            return folder
        letter, underscore, _ = self.name.partition("_")
        return letter if underscore and len(letter) == 1 else ""

    @property
    def tokens(self) -> int:
        """Number of tokens in all sentences."""
        return sum(len(sentence.tokens) for sentence in self.sentences)


def read_conll(path: str | Path, column: int = -1, token_column: int = 0) -> list[Document]:
    """Read a CoNLL file: one token per line, columns separated by tabs or spaces, an empty line after each sentence.

    :param column: index of the tag's column, from 0; negative numbers count from the end.
    :param token_column: index of the token's column.
    :raises DataError: the file cannot be read, is empty or is not UTF-8, or a line has too few columns or a tag of an
        unknown scheme.
    """
    path = str(path)
    documents = [Document(Path(path).stem)]
    tokens: list[str] = []
    tags: list[str] = []

    def close() -> None:
        if tokens:
            documents[-1].sentences.append(Sentence(tuple(tokens), tuple(bio.convert(tags))))
            tokens.clear()
            tags.clear()

    for number, line in _lines(path):
        if not line.strip():
            close()
        elif line.startswith("# ") and "\t" not in line:
            if line.startswith("# newdoc"):
                close()
                documents.append(Document(line.partition("=")[2].strip() or f"{Path(path).stem}/{len(documents)}"))
        elif not line.startswith("-DOCSTART-"):
            columns = line.split("\t") if "\t" in line else line.split()
            need = max(-column if column < 0 else column + 1, token_column + 1, 2)
            if len(columns) < need:
                message = (
                    f"this line has {len(columns)} column(s), {need} are needed; "
                    "write TOKEN, a tab and TAG, or leave the line empty to end a sentence"
                )
                raise DataError(message, path=path, line=number)
            tag = columns[column].strip()
            try:
                bio.parse(tag)
            except ValueError as error:
                message = f"{error}; correct the tag, or name the tag's column with --column"
                raise DataError(message, path=path, line=number) from None
            tokens.append(columns[token_column])
            tags.append(tag)
    close()
    documents = [document for document in documents if document.sentences]
    if not documents:
        raise DataError(
            "no annotated token in this file; give one with a TOKEN, a tab and a TAG on each line", path=path
        )
    return documents


def _lines(path: str) -> Iterator[tuple[int, str]]:
    """Yield the number and the text of each line.

    Only LF ends a line; a CR before it and a byte order mark are dropped.
    """
    try:
        with open(path, "rb") as file:
            for number, raw in enumerate(file, 1):
                try:
                    line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError as error:
                    message = f"byte {error.start + 1} is not UTF-8; save the file as UTF-8"
                    raise DataError(message, path=path, line=number) from None
                yield number, line.rstrip("\r\n")
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", path=path) from None


def relabel(documents: Iterable[Document], mapping: Mapping[str, str]) -> list[Document]:
    """Rename the labels of documents; see :func:`tagger.tags.rename`."""
    renamed = []
    for document in documents:
        sentences = [Sentence(own.tokens, tuple(bio.rename(own.tags, mapping))) for own in document.sentences]
        renamed.append(Document(document.name, sentences))
    return renamed


def label_counts(documents: Iterable[Document]) -> dict[str, int]:
    """Count the entities of each label, the most frequent label first (ties by name)."""
    counts = Counter(
        span.label for document in documents for sentence in document.sentences for span in bio.spans(sentence.tags)
    )
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def labels(documents: Iterable[Document]) -> list[str]:
    """List the labels that occur, the most frequent first (ties by name)."""
    return list(label_counts(documents))


def distinctive(document: Document) -> set[tuple[str, ...]]:
    """Return the sentences that are long enough to identify their document."""
    return {sentence.tokens for sentence in document.sentences if len(sentence.tokens) >= DISTINCTIVE_TOKENS}


def without_copies(documents: Sequence[Document], known: Iterable[Document] = ()) -> list[Document]:
    """Drop documents that mostly repeat an earlier one or one of `known`, such as a text that was annotated twice.

    A document is a copy if at least half of its distinctive sentences occurred before; one without any is never a copy.
    """
    seen: set[tuple[str, ...]] = set()
    for document in known:
        seen |= distinctive(document)
    kept = []
    for document in documents:
        own = distinctive(document)
        if not own or 2 * len(own & seen) < len(own):
            kept.append(document)
        seen |= own
    return kept


def letters_and_digits(text: str) -> str:
    """Return a text in small letters, without all else: the same however it was tokenized."""
    return "".join(character for character in text.lower() if character.isalnum())


def repeating(documents: Iterable[Document], known: Iterable[Document]) -> tuple[list[Document], list[Document]]:
    """Separate the documents of which at least half of the distinctive sentences occur in `known`.

    :returns: the other documents, and those.
    """
    seen: set[tuple[str, ...]] = set()
    for document in known:
        seen |= distinctive(document)
    new: list[Document] = []
    repeated: list[Document] = []
    for document in documents:
        own = distinctive(document)
        (repeated if own and 2 * len(own & seen) >= len(own) else new).append(document)
    return new, repeated


def without_sentences(documents: Iterable[Document], held_out: Iterable[Document]) -> list[Document]:
    """Drop the distinctive sentences of held-out documents, so that a development set stays unseen."""
    known: set[tuple[str, ...]] = set()
    for document in held_out:
        known |= distinctive(document)
    kept = []
    for document in documents:
        sentences = [sentence for sentence in document.sentences if sentence.tokens not in known]
        if len(sentences) == len(document.sentences):
            kept.append(document)
        elif sentences:
            kept.append(Document(document.name, sentences))
    return kept
