"""Tagging on Spark: `annotate(frame)` adds columns to a data frame. Each worker opens the model once.

The workers need this package (`--archives` with a packed environment, or `pip install` on each), which includes the
models.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from tagger.errors import DataError
from tagger.own_names.lists import OwnName, name_lists
from tagger.system.packages import need
from tagger.tagger import Tagger

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType

TAGS_TYPE = "array<string>"
ENTITIES_TYPE = "array<struct<start:bigint,end:bigint,label:string,text:string,score:double>>"


@dataclass(frozen=True, slots=True)
class Annotator:
    """A function for `mapInPandas` and `mapInArrow` that adds the columns of `Tagger.map_batch` to batches of rows.

    :param model: a model file that all workers can read, by default the one in the package.
    :param device, threads: see :meth:`tagger.Tagger.load`. Spark runs a worker on each core, so one thread is right on
        the CPU.
    :param tokens, text, tags, entities: names of columns, see :meth:`tagger.Tagger.map_batch`.
    :param lemma: also find the base form of each entity.
    :param sentences: split lines of texts into sentences; else each line is one sentence, as in `uk-tag -i text`.
    :param names, forbid: see :meth:`tagger.Tagger.load`. Files are read here, not by the workers.
    :raises DataError: a list of names cannot be used.
    """

    model: str | None = None
    device: str = "cpu"
    threads: int = 1
    tokens: str = "tokens"
    text: str = "text"
    tags: str = "tags"
    entities: str = "entities"
    lemma: bool = False
    sentences: bool = True
    names: Any = None
    forbid: Any = None

    def __post_init__(self) -> None:
        lists = name_lists(self.names, self.forbid)
        object.__setattr__(self, "names", lists.names)
        object.__setattr__(self, "forbid", lists.forbidden)

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Yield each batch, a pandas data frame or an Arrow record batch, with its new columns."""
        tagger = _tagger(self.model, self.device, self.threads, self.names, self.forbid)
        names: dict[str, Any] = {"tokens": self.tokens, "text": self.text, "tags": self.tags, "entities": self.entities}
        for batch in batches:
            added = tagger.map_batch(batch, sentences=self.sentences, lemma=self.lemma, **names)
            if hasattr(batch, "assign"):  # pandas
                yield batch.assign(**{name: list(column) for name, column in added.items()})
            else:
                pyarrow = need("pyarrow")
                kept = {name: batch.column(name) for name in batch.schema.names if name not in added}
                new = {name: pyarrow.array(column) for name, column in added.items()}
                yield pyarrow.RecordBatch.from_pydict({**kept, **new})

    def schema(self, frame: "DataFrame") -> "StructType":
        """Return the schema of `frame` with the new columns after the others.

        :raises DataError: it has no column to tag.
        """
        struct = need("pyspark.sql.types").StructType
        names = frame.schema.names
        new = {name: f"`{name}` {kind}" for source, name, kind in self._sources() if source in names}
        if not new:
            raise DataError(
                f"there is neither a column {self.tokens!r} nor a column {self.text!r}, "
                f"only {', '.join(map(repr, names))}"
            )
        added = cast("StructType", struct.fromDDL(", ".join(new.values())))
        kept = [field for field in frame.schema.fields if field.name not in new]
        return cast("StructType", struct([*kept, *added.fields]))

    def _sources(self) -> list[tuple[str, str, str]]:
        kind = ENTITIES_TYPE.removesuffix(">>") + ",lemma:string>>" if self.lemma else ENTITIES_TYPE
        return [(self.tokens, self.tags, TAGS_TYPE), (self.text, self.entities, kind)]


def annotate(frame: "DataFrame", **options: Any) -> "DataFrame":
    """Return a data frame with `tags` for its column `tokens`, and `entities` for its column `text`.

    :param options: see :class:`Annotator`.
    :raises DataError: there is neither column.
    """
    annotator = Annotator(**options)
    return frame.mapInArrow(annotator, annotator.schema(frame))


@lru_cache(maxsize=1)
def _tagger(
    model: str | None, device: str, threads: int, names: tuple[OwnName, ...], forbid: tuple[OwnName, ...]
) -> Tagger:
    # A worker process runs many tasks one after the other: the model stays open between them.
    return Tagger.load(model, device=device, threads=threads, names=names, forbid=forbid)
