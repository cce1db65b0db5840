"""Files that training writes: whole or not at all, and annotated documents as CoNLL that :func:`tagger.train.data.corpus.read_conll` reads back."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tagger.atomic import atomic_write
from tagger.errors import DataError
from tagger.train.data.corpus import Document


@contextmanager
def whole_file(path: str | Path) -> Iterator[BinaryIO]:
    """As :func:`tagger.atomic.atomic_write`, with a DataError where the file cannot be written."""
    try:
        with atomic_write(path) as file:
            yield file
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror}", path=str(path)) from None


def write_conll(documents: Iterable[Document], path: str | Path) -> None:
    """Write token, tab, tag; an empty line behind each sentence; `# newdoc id = ` before each document. The file appears whole or not at all.

    :raises DataError: a token that a line cannot hold, or a file that cannot be written.
    """
    with whole_file(path) as file:
        for document in documents:
            file.write(f"# newdoc id = {document.name}\n".encode())
            for number, sentence in enumerate(document.sentences, 1):
                for token, tag in zip(sentence.tokens, sentence.tags, strict=True):
                    if not token or set(token) & set("\t\r\n"):
                        message = f"sentence {number} of {document.name} has the token {token!r}, which has no place in CoNLL; mend it in the source"
                        raise DataError(message, path=str(path))
                    file.write(f"{token}\t{tag}\n".encode("utf-8", "surrogatepass"))
                file.write(b"\n")
