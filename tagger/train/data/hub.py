"""Annotated data sets in the form of the Hugging Face hub: columns `tokens` and `ner_tags`, read through the `datasets` library."""

from pathlib import Path

from tagger import tags as bio
from tagger.errors import DataError
from tagger.train.data.corpus import Document, Sentence

TAG_COLUMNS = ("ner_tags", "tags", "labels")


def read_hub(source: str) -> dict[str, list[Document]]:
    """Load a data set by its hub name, or from a folder with parquet files in the same form. Each part is one document.

    :returns: documents by part, as the data set names its parts.
    :raises DataError: the data set cannot be loaded, has no columns of tokens and tags, or has a row whose tags do not fit its tokens.
    """
    try:
        import datasets
    except ModuleNotFoundError:
        raise DataError("reading hub data sets needs the package `datasets`; pip install 'uk-tag[train]'", path=source) from None
    datasets.disable_progress_bars()
    try:
        if Path(source).is_dir():
            files = {path.stem: str(path) for path in sorted(Path(source).glob("*.parquet"))}
            loaded = datasets.load_dataset("parquet", data_files=files) if files else datasets.load_dataset(source)
        else:
            loaded = datasets.load_dataset(source)
    except Exception as error:  # whatever its readers and its network layer raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise DataError(f"this data set cannot be loaded ({reason}); give a CoNLL file, or a folder with train.parquet", path=source) from None
    order = [part for part in ("train", "validation", "test") if part in loaded]
    order += [part for part in loaded if part not in order]
    return {part: [_document(source, part, loaded[part])] for part in order}


def _document(source: str, part: str, rows) -> Document:
    column = next((name for name in TAG_COLUMNS if name in rows.column_names), None)
    if column is None or "tokens" not in rows.column_names:
        raise DataError(f"part {part} has columns {', '.join(rows.column_names)}; `tokens` and `ner_tags` are needed", path=source)
    labels = getattr(getattr(rows.features[column], "feature", None), "names", None)
    document = Document(part)
    for number, (tokens, tags) in enumerate(zip(rows["tokens"], rows[column], strict=True), 1):
        if len(tokens) != len(tags):
            raise DataError(f"row {number} of part {part} has {len(tokens)} tokens and {len(tags)} tags; mend the row", path=source)
        if tokens:
            try:
                names = [labels[tag] if labels else str(tag) for tag in tags]
                document.sentences.append(Sentence(tuple(tokens), tuple(bio.convert(names))))
            except (ValueError, IndexError) as error:
                raise DataError(f"row {number} of part {part}: {error}; mend the tag", path=source) from None
    if not document.sentences:
        raise DataError(f"part {part} has no sentence", path=source)
    return document
