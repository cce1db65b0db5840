"""The settings of a run, typed and complete; they can be sent to another process."""

from collections.abc import Sequence
from dataclasses import dataclass

from tagger.formats.labels import LabelSettings
from tagger.formats.reader import ReaderSettings
from tagger.formats.writer import WriterSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """All that decides what comes out for an input, and how it is computed.

    :param model: path of the model file.
    :param device, threads, batch_tokens: see :class:`tagger.inference.engine.Engine` and
        :class:`tagger.inference.session.Session`.
    :param line_buffered: write each sentence by itself, as soon as it is tagged.
    """

    reader: ReaderSettings
    writer: WriterSettings
    labels: LabelSettings
    model: str
    device: str
    threads: int
    batch_tokens: int | None
    line_buffered: bool

    @property
    def needs_probabilities(self) -> bool:
        """Whether scores are written: always in JSON, elsewhere when asked for."""
        return self.labels.scores or self.writer.form == "jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSettings:
    """Which files are annotated one by one, and where the annotations go.

    :param paths: files and folders.
    :param recursive: whether folders are walked through.
    :param include: patterns of file names in folders, as the shell has them; empty: all but hidden files.
    :param output_dir: the folder that takes the annotations; `None`: in place.
    :param backup: in place: suffix under which the old file stays; none where empty.
    :param resume: whether what this run has written before is left as it is.
    :param jobs: processes that share the files.
    :param verbose: whether to say what was done already, and all that was passed over.
    """

    paths: Sequence[str]
    recursive: bool
    include: Sequence[str]
    output_dir: str | None
    backup: str
    resume: bool
    jobs: int
    verbose: bool
