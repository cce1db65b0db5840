"""What the benchmark of peers found, as a table for people and as a record for programs."""

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

    :param trained: its weights were learned; else they are random, and it has no scores.
    :param model_bytes: size of what it loads, with dictionaries.
    :param about: what its training told.
    :param failure: why it is not measured.
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
        """Take over what the worker recorded of its training."""
        self.about = about
        self.model_bytes = about["model_bytes"] + about["resource_bytes"]


def own_row(key: str) -> Row:
    """uk-tag with one of its models, as it is on a CPU."""
    model = ROOT / "tagger" / "models" / f"{MODELS[key]}.int8.onnx"
    return Row(key, f"uk-tag, {MODELS[key]}", trained=True, model_bytes=model.stat().st_size)


def own_tags(test: Path, folder: Path, model: str) -> Path:
    """Tag the test's tokens with the real program. Raises CalledProcessError."""
    tokens, tagged = folder / "tokens.conll", folder / "tagged.conll"
    tokens.write_text("".join("\n".join(sentence) + "\n\n" for sentence, _ in worker.read(test)), encoding="utf-8")
    with open(tagged, "wb") as output:
        subprocess.run([*PROGRAM, "-m", model, str(tokens)], stdout=output, check=True)
    return tagged


def table(rows: list[Row], setting: dict) -> str:
    """Markdown. `... to it` divides tokens/s of uk-tag's whole process, start-up included, by a peer's without: the way that is kinder to the peer."""
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
        f"{setting['processor']}, one core, {setting['date']}; {setting['tokens']:,} tokens, medians of {setting['runs']} runs\n",
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
    """For JSON: all figures of the table, those of each run, versions, and why a peer failed."""
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
