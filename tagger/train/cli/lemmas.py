"""The command that scores base forms: `evaluate-lemmas`."""

import json
from pathlib import Path

import click

from tagger.train.cli.common import FILE, SETTINGS


@click.command("evaluate-lemmas", context_settings=SETTINGS)
@click.argument("data", nargs=-1, required=True, type=click.Path())
@click.option(
    "-m", "--model", type=click.Path(), help="Score only the names that this model finds exactly, with their label."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--errors", type=FILE, metavar="FILE", help="Write every wrong base form to this tab-separated file.")
def evaluate_lemmas(data: tuple[str, ...], model: str | None, as_json: bool, errors: Path | None) -> None:
    """Score base forms: the share of names whose base form is right, case and quotation marks aside.

    DATA is JSON Lines: {"text": ..., "entities": [{"start": ..., "end": ..., "label": ..., "lemma": ...}, ...]}, with
    offsets in code points.

    \b
        uk-tag-train evaluate-lemmas lemmas.jsonl
        uk-tag-train evaluate-lemmas lemmas.jsonl -m uk-ner --errors errors.tsv
    """
    from tagger.base_forms.base_form import base_form, open_dictionary
    from tagger.train.evaluation.lemmas import read_expected, score_lemmas

    open_dictionary()
    texts = [content for path in data for content in read_expected(path)]
    names = [name for _, own in texts for name in own]
    if model is not None:
        from tagger.tagger import Tagger

        found = Tagger.load(model).stream_entities((text for text, _ in texts), sentences=False)
        names = []
        for (_, own), entities in zip(texts, found, strict=True):
            exact = {(entity.start, entity.end, entity.label) for entity in entities}
            names += [name for name in own if (name.start, name.end, name.label) in exact]
    scores = score_lemmas(names, base_form)
    if errors:
        from tagger.train.data.writing import whole_file

        rows = ["label\tform\texpected\tfound\ttext"]
        for name, lemma in scores.wrong:
            cells = name.label, name.form, name.lemma, lemma, name.text
            rows.append("\t".join(" ".join(cell.split()) for cell in cells))
        with whole_file(errors) as file:
            file.write(("\n".join(rows) + "\n").encode("utf-8"))
    click.echo(json.dumps(scores.as_dict(), ensure_ascii=False, indent=2) if as_json else scores.table())
