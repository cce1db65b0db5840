"""Tagging on Spark: `annotate(frame)` adds columns to a data frame, on all workers, each of which opens the model once.

The workers need this package (`--archives` with a packed environment, or `pip install` on each); the model is in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from tagger.errors import DataError
from tagger.system.packages import need
from tagger.tagger import Tagger

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType

TAGS_TYPE = "array<string>"
ENTITIES_TYPE = "array<struct<start:bigint,end:bigint,label:string,text:string,score:double>>"


@dataclass(frozen=True, slots=True)
class Annotator:
    """Adds columns to batches of rows: the function for `mapInPandas` and for `mapInArrow`. What the columns are, `Tagger.map_batch` says.

    :param model: a model file that all workers can read, by default the one in the package.
    :param device, threads: see :meth:`tagger.Tagger.load`; Spark runs a worker on each core, so one thread is right on the CPU.
    :param tokens, text, tags, entities: names of columns, see :meth:`tagger.Tagger.map_batch`.
    """

    model: str | None = None
    device: str = "cpu"
    threads: int = 1
    tokens: str = "tokens"
    text: str = "text"
    tags: str = "tags"
    entities: str = "entities"

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Batches, as pandas data frames or Arrow record batches, with their new columns."""
        tagger = _tagger(self.model, self.device, self.threads)
        for batch in batches:
            added = tagger.map_batch(batch, tokens=self.tokens, text=self.text, tags=self.tags, entities=self.entities)
            if hasattr(batch, "assign"):  # pandas
                yield batch.assign(**{name: list(column) for name, column in added.items()})
            else:
                pyarrow = need("pyarrow")
                kept = {name: batch.column(name) for name in batch.schema.names if name not in added}
                new = {name: pyarrow.array(column) for name, column in added.items()}
                yield pyarrow.RecordBatch.from_pydict({**kept, **new})

    def schema(self, frame: "DataFrame") -> "StructType":
        """The schema of `frame` with the new columns behind. Raises DataError where it has no column to tag."""
        StructType = need("pyspark.sql.types").StructType
        names = frame.schema.names
        new = {name: f"`{name}` {kind}" for source, name, kind in self._sources() if source in names}
        if not new:
            raise DataError(
                f"there is neither a column {self.tokens!r} nor a column {self.text!r}, only {', '.join(map(repr, names))}"
            )
        added = cast("StructType", StructType.fromDDL(", ".join(new.values())))
        return StructType([*(field for field in frame.schema.fields if field.name not in new), *added.fields])

    def _sources(self) -> list[tuple[str, str, str]]:
        return [(self.tokens, self.tags, TAGS_TYPE), (self.text, self.entities, ENTITIES_TYPE)]


def annotate(frame: "DataFrame", **options: Any) -> "DataFrame":
    """A data frame with `tags` for its column `tokens`, or `entities` for its column `text`; see :class:`Annotator` for the options."""
    annotator = Annotator(**options)
    return frame.mapInArrow(annotator, annotator.schema(frame))


@lru_cache(maxsize=1)
def _tagger(model: str | None, device: str, threads: int) -> Tagger:
    # A worker process is handed one task after the other: the model stays open between them.
    return Tagger.load(model, device=device, threads=threads)
