"""The command `select`: paragraphs to annotate first, as text or for annotation tools."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from tagger.entity import Entity
from tagger.train.cli.common import FILE, SETTINGS, SHARE, log, reading
from tagger.validation import DEVICES

Row = tuple[str, Sequence[Entity], dict[str, Any]]  # text, suggested entities, what is known of the choice


def _text(rows: Sequence[Row]) -> str:
    return "".join(f"{text}\n" for text, _, _ in rows)


def _prodigy(rows: Sequence[Row]) -> str:
    """JSON Lines as Prodigy reads them: <https://prodi.gy/docs/api-interfaces#ner_manual>."""
    return _lines(
        {
            "text": text,
            "spans": [{"start": own.start, "end": own.end, "label": own.label} for own in entities],
            "meta": meta,
        }
        for text, entities, meta in rows
    )


def _doccano(rows: Sequence[Row]) -> str:
    """JSON Lines as doccano imports them: <https://doccano.github.io/doccano/tutorial/>."""
    return _lines(
        {**meta, "text": text, "label": [[own.start, own.end, own.label] for own in entities]}
        for text, entities, meta in rows
    )


def _label_studio(rows: Sequence[Row]) -> str:
    """Tasks with predictions: <https://labelstud.io/guide/predictions>. Offsets are in UTF-16, as in a browser."""

    def utf16(text: str, place: int) -> int:
        return len(text[:place].encode("utf-16-le", "surrogatepass")) // 2

    def result(text: str, own: Entity) -> dict[str, Any]:
        value = {"start": utf16(text, own.start), "end": utf16(text, own.end), "text": own.text, "labels": [own.label]}
        return {"from_name": "label", "to_name": "text", "type": "labels", "value": value}

    tasks = [
        {"data": meta | {"text": text}, "predictions": [{"result": [result(text, own) for own in entities]}]}
        for text, entities, meta in rows
    ]
    return json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"


def _lines(contents: Any) -> str:
    return "".join(json.dumps(content, ensure_ascii=False) + "\n" for content in contents)


FORMATS: dict[str, Callable[[Sequence[Row]], str]] = {
    "text": _text,
    "prodigy": _prodigy,
    "doccano": _doccano,
    "label-studio": _label_studio,
}


@click.command(context_settings=SETTINGS)
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...", type=click.Path())
@click.option("--words", required=True, type=click.IntRange(1), metavar="N", help="How many words to choose, about.")
@click.option("-m", "--model", default="uk-ner", help="The tagger to improve: a model, by file or name, or checkpoint.")
@click.option("--random-share", default=0.3, type=SHARE, help="Share of the words to choose at random.")
@click.option("--without", multiple=True, metavar="DATA", help="Leave out what is annotated there (repeatable).")
@click.option("--shortest", default=5, type=click.IntRange(1), help="Leave out paragraphs of fewer words.")
@click.option("--format", "form", default="text", type=click.Choice([*FORMATS]), help="What the output is for.")
@click.option("--suggest/--bare", default=True, help="For tools: show what the tagger finds, to be corrected.")
@click.option("-o", "--output", type=FILE, help="The file to write. [default: standard output]")
@click.option("--seed", default=1)
@click.option("--device", type=click.Choice(DEVICES), default="auto")
@click.option("--threads", default=1, type=click.IntRange(1))
@reading
def select(
    texts: tuple[str, ...],
    words: int,
    model: str,
    random_share: float,
    without: tuple[str, ...],
    shortest: int,
    form: str,
    suggest: bool,
    output: Path | None,
    seed: int,
    device: str,
    threads: int,
    **read_as: Any,
) -> None:
    """Choose the paragraphs of TEXT that a tagger is least sure about, to be annotated first.

    TEXT has a paragraph on each line (.xz or not). The doubt about a paragraph is the number of tags that are expected
    to be wrong per word. Paragraphs chosen by doubt and at random are mixed; the files for tools tell which is which.
    What doccano, Prodigy and Label Studio export can be trained on.

    \b
        uk-tag-train select news.txt --words 5000 --format doccano -o first.jsonl
        uk-tag-train select news.txt --words 5000 --without first-annotated.jsonl --format doccano -o second.jsonl
    """
    from tagger.train.data.sources import read
    from tagger.train.data.writing import whole_file
    from tagger.train.evaluation.doubt import doubts, unlike
    from tagger.train.evaluation.doubt import select as choose
    from tagger.train.student.torch_session import open_tagger
    from tagger.train.teacher.plain_text import read_paragraphs

    annotated = [own for source in without for own in read(source, **read_as).values()]
    documents = [document for own in annotated for document in own]
    paragraphs = [line for path in texts for document in read_paragraphs(path, path) for line in document.paragraphs]
    tagger = open_tagger(model, device, threads)
    known = list(doubts(tagger, unlike(paragraphs, documents, shortest)))
    chosen = choose(known, words, random_share, seed)
    if not chosen:
        raise click.UsageError("no paragraph is left to choose from; give other text, or a smaller --shortest")
    found = tagger.stream_entities([own.text for own in chosen]) if suggest else ([] for _ in chosen)
    rows = [
        (own.text, entities, {"number": own.number, "doubt": round(own.doubt, 4), "random": own.random})
        for own, entities in zip(chosen, found, strict=True)
    ]
    written = FORMATS[form](rows)
    if output:
        with whole_file(output) as file:
            file.write(written.encode("utf-8", "surrogatepass"))
    else:
        sys.stdout.write(written)
    total = sum(own.words for own in chosen)
    mean = sum(own.doubt * own.words for own in chosen) / total
    overall = sum(own.doubt * own.words for own in known) / sum(own.words for own in known)
    rate = f"{1000 * mean:.0f} doubtful tags in 1,000 words, against {1000 * overall:.0f} in all of the text"
    log(f"{len(chosen):,} of {len(paragraphs):,} paragraphs, {total:,} words; {rate}")
