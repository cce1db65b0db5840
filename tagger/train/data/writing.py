"""Atomic writing of files, and of annotated documents as CoNLL."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tagger.errors import DataError
from tagger.system.atomic import atomic_write
from tagger.train.data.corpus import Document


@contextmanager
def whole_file(path: str | Path, advice: str = "") -> Iterator[IO[bytes]]:
    """Open a file that appears complete or not at all, like :func:`tagger.system.atomic.atomic_write`.

    :param advice: ends the error message, such as "; give another folder".
    :raises DataError: the file cannot be written.
    """
    try:
        with atomic_write(path) as file:
            yield file
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror or error}{advice}", path=str(path)) from None


def write_conll(documents: Iterable[Document], path: str | Path) -> None:
    """Write token, tab and tag per line, an empty line after each sentence, `# newdoc id = ` before each document.

    Atomically.

    :raises DataError: a token does not fit into a line, or the file cannot be written.
    """
    with whole_file(path) as file:
        for document in documents:
            file.write(f"# newdoc id = {document.name}\n".encode())
            for number, sentence in enumerate(document.sentences, 1):
                for token, tag in zip(sentence.tokens, sentence.tags, strict=True):
                    if not token or set(token) & set("\t\r\n"):
                        raise DataError(
                            f"sentence {number} of {document.name} has the token {token!r}, "
                            "which CoNLL cannot hold; correct it in the source",
                            path=str(path),
                        )
                    file.write(f"{token}\t{tag}\n".encode("utf-8", "surrogatepass"))
                file.write(b"\n")
