"""The settings of a run, typed and complete. They can be pickled."""

from collections.abc import Sequence
from dataclasses import dataclass

from tagger.formats.labels import LabelSettings
from tagger.formats.reader import ReaderSettings
from tagger.formats.writer import WriterSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """Everything that the output for an input depends on, and how it is computed.

    :param model: path of the model file.
    :param device, threads, batch_tokens: see :class:`tagger.inference.engine.Engine` and
        :class:`tagger.inference.session.Session`.
    :param line_buffered: write each sentence on its own as soon as it is tagged.
    :param document: tag each document as a whole.
    """

    reader: ReaderSettings
    writer: WriterSettings
    labels: LabelSettings
    model: str
    device: str
    threads: int
    batch_tokens: int | None
    line_buffered: bool
    document: bool = False

    @property
    def needs_probabilities(self) -> bool:
        """True if scores are written: always in JSON Lines and tables, in other formats on request."""
        return self.labels.scores or self.writer.form in ("jsonl", "tsv")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSettings:
    """The files to annotate one by one, and where the annotations go.

    :param paths: files and folders.
    :param recursive: walk folders.
    :param include: shell patterns of file names in folders; empty: all files that are not hidden.
    :param output_dir: folder for the annotations; `None`: annotate in place.
    :param backup: for annotation in place: suffix of the backups; empty: no backups.
    :param resume: leave files that the same run has written before as they are.
    :param jobs: number of processes that share the files.
    :param verbose: report how many files were done before, and everything that was skipped.
    """

    paths: Sequence[str]
    recursive: bool
    include: Sequence[str]
    output_dir: str | None
    backup: str
    resume: bool
    jobs: int
    verbose: bool
