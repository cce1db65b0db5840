"""The settings of a run, typed and complete. They can be pickled."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tagger.formats import RECORDS
from tagger.formats.labels import LabelSettings
from tagger.formats.reader import ReaderSettings
from tagger.formats.writer import WriterSettings
from tagger.own_names.lists import NameLists


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """Everything that the output for an input depends on, and how it is computed.

    :param model: path of the model file.
    :param device, threads, batch_tokens: see :class:`tagger.inference.engine.Engine` and
        :class:`tagger.inference.session.Session`.
    :param own_names: names that are, or are not, entities whatever the model says.
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
    own_names: NameLists = field(default_factory=NameLists)
    document: bool = False

    @property
    def needs_probabilities(self) -> bool:
        """True if scores are written or looked at: always in some formats, else on request."""
        by_form = self.writer.form in ("jsonl", "html", "tsv") or self.reader.form in RECORDS
        return by_form or self.labels.needs_probabilities


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
