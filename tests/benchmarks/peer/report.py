"""Results of the benchmark of peers, as a table for people and as a record for programs."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from peer.taggers import worker
from peer.timing import PROGRAM, ROOT, Times
from tagger.train.evaluation.metrics import Report

OWN, SMALL = "uk-tag", "uk-tag-small"
MODELS = {OWN: "uk-ner", SMALL: "uk-ner-small"}  # in the package
CLASSES = ("PERS", "LOC", "ORG", "MISC")
NOTHING = "-"


@dataclass(slots=True)
class Row:
    """One tagger.

    :param trained: its weights are learned; otherwise they are random, and it has no scores.
    :param model_bytes: size of the files that it loads, dictionaries included.
    :param about: the record of its training.
    :param failure: reason why it was not measured.
    """

    key: str
    name: str
    trained: bool
    model_bytes: int = 0
    scores: Report | None = None
    times: Times | None = None
    about: dict = field(default_factory=dict)
    failure: str = ""

    def learn(self, about: dict) -> None:
        """Store the worker's record of the training."""
        self.about = about
        self.model_bytes = about["model_bytes"] + about["resource_bytes"]


def own_row(key: str) -> Row:
    """Return the row of uk-tag with one of its models, in the file used on a CPU."""
    model = ROOT / "tagger" / "models" / f"{MODELS[key]}.int8.onnx"
    return Row(key, f"uk-tag, {MODELS[key]}", trained=True, model_bytes=model.stat().st_size)


def own_tags(test: Path, folder: Path, model: str) -> Path:
    """Tag the tokens of the test with the real program.

    :raises subprocess.CalledProcessError: it fails.
    """
    tokens, tagged = folder / "tokens.conll", folder / "tagged.conll"
    tokens.write_text("".join("\n".join(sentence) + "\n\n" for sentence, _ in worker.read(test)), encoding="utf-8")
    with open(tagged, "wb") as output:
        subprocess.run([*PROGRAM, "-m", model, str(tokens)], stdout=output, check=True)
    return tagged


def table(rows: list[Row], setting: dict) -> str:
    """Return the table in Markdown.

    Columns `... to it` divide the tokens/s of uk-tag's whole process, start-up included, by the tokens/s of the peer
    without start-up, which favours the peer.
    """
    heads = [
        "tagger",
        *CLASSES,
        "all",
        "tokens/s",
        *(f"{model} to it" for model in MODELS.values()),
        "start-up",
        "model",
        "weights",
    ]
    lines = [
        f"{setting['processor']}, one core, {setting['date']}; "
        f"{setting['tokens']:,} tokens, medians of {setting['runs']} runs\n",
        "| " + " | ".join(heads) + " |",
        "|---" * len(heads) + "|",
    ]
    own = [next((row.times.whole_rate for row in rows if row.key == key and row.times), None) for key in MODELS]
    for row in rows:
        f1 = [NOTHING] * (len(CLASSES) + 1)
        if row.scores:
            f1 = [
                f"{row.scores.classes[label].f1:.3f}" if label in row.scores.classes else NOTHING for label in CLASSES
            ]
            f1.append(f"**{row.scores.micro.f1:.3f}**")
        state = row.failure or ("as shipped" if row.key in MODELS else "trained" if row.trained else "random")
        size = f"{row.model_bytes / 1e6:.1f} MB" if row.model_bytes else NOTHING
        speed = [NOTHING] * (2 + len(MODELS))
        if row.times and row.key in MODELS:
            speed = [f"{row.times.whole_rate:,.0f}", *[""] * len(MODELS), f"{row.times.start_seconds:.2f} s"]
            lines.append("| " + " | ".join([f"{row.name}, whole process", *f1, *speed, size, state]) + " |")
            lines.append(
                "| "
                + " | ".join(
                    [
                        f"{row.name}, start-up left out",
                        *[""] * len(f1),
                        f"{row.times.rate:,.0f}",
                        *[""] * (3 + len(MODELS)),
                    ]
                )
                + " |"
            )
            continue
        if row.times:
            ratios = [f"{rate / row.times.rate:,.1f}" if rate else NOTHING for rate in own]
            speed = [f"{row.times.rate:,.0f}", *ratios, f"{row.times.start_seconds:.2f} s"]
        lines.append("| " + " | ".join([row.name, *f1, *speed, size, state]) + " |")
    return "\n".join(lines)


def as_dict(rows: list[Row], setting: dict) -> dict:
    """Return a record for JSON: the numbers of the table and of each run, versions, and reasons of failures."""
    return {"setting": setting, "taggers": [_row(row) for row in rows]}


def _row(row: Row) -> dict:
    found = {
        "key": row.key,
        "name": row.name,
        "trained": row.trained,
        "model_bytes": row.model_bytes,
        "about": row.about,
        "failure": row.failure,
    }
    if row.scores:
        found["scores"] = row.scores.as_dict()
    if row.times:
        runs = {"tokens": row.times.tokens, "tagging_seconds": row.times.tagging, "start_seconds": row.times.start}
        medians = {
            "tokens_per_second": row.times.rate,
            "whole_process_tokens_per_second": row.times.whole_rate,
            "start_up_seconds": row.times.start_seconds,
        }
        found["speed"] = {**medians, "runs": runs}
    return found
