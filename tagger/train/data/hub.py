"""Data sets of the Hugging Face hub with columns `tokens` and `ner_tags`, read with the `datasets` library."""

from pathlib import Path
from typing import Any

from tagger import tags as bio
from tagger.errors import DataError, PackageError
from tagger.system.packages import need
from tagger.train.data.corpus import Document, Sentence

TAG_COLUMNS = ("ner_tags", "tags", "labels")


def read_hub(source: str) -> dict[str, list[Document]]:
    """Load a data set by its name on the hub, or from a folder of parquet files with the same columns.

    :returns: documents by split (`train`, `validation`, ...); each split is one document.
    :raises DataError: the data set cannot be loaded, lacks the columns of tokens and tags, or has a row whose tags do
        not fit its tokens.
    """
    try:
        datasets = need("datasets")
    except PackageError as error:
        raise DataError(f"is no file, and read as a hub data set: {error}", path=source) from None
    datasets.disable_progress_bars()
    try:
        if Path(source).is_dir():
            files = {path.stem: str(path) for path in sorted(Path(source).glob("*.parquet"))}
            loaded = datasets.load_dataset("parquet", data_files=files) if files else datasets.load_dataset(source)
        else:
            loaded = datasets.load_dataset(source)
    except Exception as error:  # the readers and the network layer raise many types
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        message = f"this data set cannot be loaded ({reason}); give a CoNLL file, or a folder with train.parquet"
        raise DataError(message, path=source) from None
    order = [split for split in ("train", "validation", "test") if split in loaded]
    order += [split for split in loaded if split not in order]
    return {split: [_document(source, split, loaded[split])] for split in order}


def _document(source: str, split: str, rows: Any) -> Document:
    column = next((name for name in TAG_COLUMNS if name in rows.column_names), None)
    if column is None or "tokens" not in rows.column_names:
        message = f"split {split} has the columns {', '.join(rows.column_names)}; `tokens` and `ner_tags` are needed"
        raise DataError(message, path=source)
    labels = getattr(getattr(rows.features[column], "feature", None), "names", None)
    document = Document(split)
    for number, (tokens, tags) in enumerate(zip(rows["tokens"], rows[column], strict=True), 1):
        if len(tokens) != len(tags):
            message = f"row {number} of split {split} has {len(tokens)} tokens and {len(tags)} tags; correct the row"
            raise DataError(message, path=source)
        if tokens:
            try:
                names = [labels[tag] if labels else str(tag) for tag in tags]
                document.sentences.append(Sentence(tuple(tokens), tuple(bio.convert(names))))
            except (ValueError, IndexError) as error:
                raise DataError(f"row {number} of split {split}: {error}; correct the tag", path=source) from None
    if not document.sentences:
        raise DataError(f"split {split} has no sentence", path=source)
    return document
