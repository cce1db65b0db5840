"""The report's tables in Markdown: the original's figures are left of ours, an en dash stands for a missing one."""

from collections.abc import Iterable, Sequence
from statistics import mean, stdev
from typing import Any

from tagger.train.study.original import PARAMETERS
from tagger.train.study.recipes import SHORT
from tagger.train.study.view import Row, View

NONE = "–"
NOT_RUN = "not run"


def number(value: float | None, digits: int = 3) -> str:
    """Format a score, or an en dash for None."""
    return NONE if value is None else f"{value:,.{digits}f}" if isinstance(value, float) else f"{value:,}"


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a table; its first column is text, the others are numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def parameters(facts: dict[str, Any]) -> str:
    """Tabulate the parameter counts of the networks at full size, reported and counted."""
    counted = facts.get("parameters", {})
    rows = [[cell.upper(), number(reported), number(counted.get(cell))] for cell, reported in PARAMETERS.items()]
    return markdown(["parameters at full size", "original", "counted"], rows)


def bounds(facts: dict[str, Any]) -> str:
    """Tabulate the original's metric without a tagger."""
    rows = []
    for part, found in facts.get("bounds", {}).items():
        for key, title in (("perfect", "perfect tags"), ("outside", "`O` everywhere")):
            scores = found[key]
            rows.append(
                [f"{part}: {title}", *(number(scores[name]) for name in ("mean_f1", "mean_accuracy", "token_accuracy"))]
            )
    return markdown(["hub form", "mean F1 of the original", "mean accuracy", "token accuracy"], rows)


def contents(facts: dict[str, Any]) -> str:
    """Tabulate the tags and entities of each part."""
    parts = facts.get("parts", {})
    tags = sorted({tag for part in parts.values() for tag in part["tags"]}, key=lambda tag: (tag != "O", tag[2:], tag))
    classes = sorted({label for part in parts.values() for label in part["classes"]})
    rows = [[f"tokens `{tag}`", *(number(part["tags"].get(tag, 0)) for part in parts.values())] for tag in tags]
    rows += [
        [f"entities {label}", *(number(part["classes"].get(label, 0)) for part in parts.values())] for label in classes
    ]
    return markdown(["", *parts], [["sentences", *(number(part["sentences"]) for part in parts.values())], *rows])


def training(rows: Sequence[Row]) -> str:
    """Tabulate the model selection: the original's figures at its best epoch, and ours at ours."""
    head = [
        "",
        "best epoch",
        "ours",
        "loss, train",
        "ours",
        "loss, test",
        "ours",
        "mean F1, train",
        "ours",
        "mean F1, test",
        "ours",
    ]
    lines = []
    for row in rows:
        best, old = row.best_epoch(), row.published
        own = (
            [
                best["epoch"],
                best["loss"],
                best["parts"]["test"]["loss"],
                best["parts"]["train"]["mean_f1"],
                best["parts"]["test"]["mean_f1"],
            ]
            if best
            else []
        )
        keys = [("best_epoch", 0), ("train_loss", 4), ("test_loss", 3), ("train_f1", 4), ("test_f1", 4)]
        pairs = [
            [number(old.get(key), digits), number(own[i], digits) if best else NOT_RUN]
            for i, (key, digits) in enumerate(keys)
        ]
        lines.append([row.label, *(cell for pair in pairs for cell in pair)])
    return markdown(head, lines)


def runs(rows: Sequence[Row], facts: dict[str, Any]) -> str:
    """Tabulate both metrics of runs on the hub split.

    The original's metric is at the epoch that it would have chosen, the strict one at the epoch that validation chose.
    """
    head = [
        "",
        "best epoch",
        "ours",
        "loss, test",
        "ours",
        "mean F1, test",
        "ours",
        "of the way",
        "ours",
        "strict F1 there",
        "epoch by validation",
        "strict F1, test",
        "seeds",
    ]
    lines = []
    for row in rows:
        best, old = row.best_epoch(), row.published
        line = [row.label, number(old.get("best_epoch")), number(best["epoch"]) if best else NOT_RUN]
        test = best["parts"]["test"] if best else {}
        line += [
            number(old.get("test_loss")),
            number(test.get("loss")),
            number(old.get("test_f1"), 4),
            number(test.get("mean_f1"), 4),
        ]
        line += [share(old.get("test_f1"), facts), share(test.get("mean_f1"), facts), number(test.get("f1"))]
        line += [number(row.record["epoch"]), strict(row), seeds(row)] if row.record else [NONE, NOT_RUN, NONE]
        lines.append(line)
    return markdown(head, lines)


def ladder(rows: Sequence[Row]) -> str:
    """Tabulate both metrics of the runs on documents, and the gain of each step over the one above."""
    head = [
        "",
        "development F1",
        "test F1 (95%)",
        "precision",
        "recall",
        "over the row above",
        "mean F1 of the original",
        "seeds",
    ]
    lines, above = [], None
    for row in rows:
        if not row.record:
            lines.append([row.label, NONE, NOT_RUN, *[NONE] * 5])
            continue
        test = row.test
        gain = f"{row.score() - above.score():+.3f}" if above else NONE
        lines.append(
            [
                row.label,
                number(row.score_or_none(part="development")),
                strict(row),
                number(test["precision"]),
                number(test["recall"]),
                gain,
                number(test["mean_f1"]),
                seeds(row),
            ]
        )
        above = row
    return markdown(head, lines)


def summary(rows: Sequence[Row]) -> str:
    """Tabulate the ladder in short: both metrics on the test documents.

    With several seeds the score is their mean; the interval is of one seed.
    """
    head = ["on documents never seen", "strict F1", "95% interval", "mean F1 of the original"]
    lines = []
    for row in rows:
        if row.record:
            low, high = row.interval
            lines.append([SHORT[row.name], number(row.score()), f"{low:.3f}–{high:.3f}", number(row.score("mean_f1"))])
        else:
            lines.append([SHORT[row.name], NOT_RUN, NONE, NONE])
    return markdown(head, lines)


def cut(rows: Sequence[Row]) -> str:
    """Tabulate one recipe on several splits of the corpus."""
    lines = []
    for row in rows:
        if row.record:
            size = number(row.done()["data"]["training"]["tokens"])
            lines.append(
                [
                    row.done()["settings"]["data"],
                    size,
                    number(row.score_or_none(part="development")),
                    strict(row),
                    number(row.test["mean_f1"]),
                ]
            )
        else:
            lines.append([row.label, NONE, NONE, NOT_RUN, NONE])
    return markdown(["cut", "training tokens", "development F1", "test F1 (95%)", "mean F1 of the original"], lines)


def folds(rows: Sequence[Row]) -> str:
    """Tabulate each fold, and their mean and deviation."""
    lines = []
    for row in rows:
        data = row.done()["data"]["test"] if row.record else {}
        gold = sum(counts["gold"] for counts in row.test["classes"].values()) if row.record else None
        lines.append(
            [
                row.label,
                number(data.get("tokens")),
                number(gold),
                strict(row) if row.record else NOT_RUN,
                number(row.score_or_none("mean_f1")),
            ]
        )
    found = [row.score() for row in rows if row.record]
    if len(found) > 1:
        means = [row.score("mean_f1") for row in rows if row.record]
        lines.append(
            [
                "**mean ± standard deviation**",
                "",
                "",
                f"**{mean(found):.3f} ± {stdev(found):.3f}**",
                f"{mean(means):.3f} ± {stdev(means):.3f}",
            ]
        )
    return markdown(["", "tokens", "entities", "test F1 (95%)", "mean F1 of the original"], lines)


def classes(rows: Sequence[Row]) -> str:
    """Tabulate strict F1 by label."""
    names = sorted({label for row in rows for label in row.test["classes"]})
    return markdown(
        ["test F1", *names],
        [
            [
                SHORT.get(row.name, row.label),
                *(number(row.test["classes"].get(name, {}).get("f1")) for name in names),
            ]
            for row in rows
        ],
    )


def strict(row: Row) -> str:
    """Format the strict F1 of the row's own seed with its interval."""
    low, high = row.interval
    return f"{row.test['f1']:.3f} ({low:.3f}–{high:.3f})"


def seeds(row: Row) -> str:
    """Format mean and deviation over seeds, if there are several."""
    deviation = row.deviation()
    return NONE if deviation is None else f"{row.score():.3f} ± {deviation:.3f} ({len(row.scores())})"


def share(mean_f1: float | None, facts: dict[str, Any]) -> str:
    """Format a score of the original's metric between `O` everywhere (0%) and perfect tags (100%) on test."""
    way = way_of(mean_f1, facts)
    return NONE if way is None else f"{way:.0%}"


def way_of(mean_f1: float | None, facts: dict[str, Any]) -> float | None:
    """Compute :func:`share` as a number, None if a figure is missing."""
    if mean_f1 is None or "bounds" not in facts:
        return None
    test = facts["bounds"]["test"]
    lowest, highest = float(test["outside"]["mean_f1"]), float(test["perfect"]["mean_f1"])
    return (mean_f1 - lowest) / (highest - lowest)


def cuts(view: View) -> list[str]:
    """Describe what was scaled down, table by table."""
    found: dict[str, list[str]] = {}
    for row in view.rows.values():
        if row.record and "cut" in row.record:
            tables = found.setdefault(row.record["cut"] or "nothing: the original's settings in full", [])
            if row.table not in tables:
                tables.append(row.table)
    return [f"- {', '.join(tables)}: {cut}." for cut, tables in found.items()]
