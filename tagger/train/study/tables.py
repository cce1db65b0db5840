"""The report's tables in Markdown, from a view of the study: the original's figures stand left of ours, an en dash where there is none."""

from collections.abc import Iterable, Sequence
from statistics import mean, stdev

from tagger.train.study import published
from tagger.train.study.ladder import SHORT
from tagger.train.study.view import Row, View

NONE = "–"
NOT_RUN = "not run"


def number(value: float | None, digits: int = 3) -> str:
    """A score, or an en dash."""
    return NONE if value is None else f"{value:,.{digits}f}" if isinstance(value, float) else f"{value:,}"


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, its first column text and the others figures."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def parameters(facts: dict) -> str:
    """Parameter counts of the networks at their full size, reported and counted."""
    counted = facts.get("parameters", {})
    rows = [[cell.upper(), number(reported), number(counted.get(cell))] for cell, reported in published.PARAMETERS.items()]
    return markdown(["parameters at full size", "original", "counted"], rows)


def bounds(facts: dict) -> str:
    """What the original's metric gives without a tagger."""
    rows = []
    for part, found in facts.get("bounds", {}).items():
        for key, title in (("perfect", "perfect tags"), ("outside", "`O` everywhere")):
            scores = found[key]
            rows.append([f"{part}: {title}", *(number(scores[name]) for name in ("mean_f1", "mean_accuracy", "token_accuracy"))])
    return markdown(["hub form", "mean F1 of the original", "mean accuracy", "token accuracy"], rows)


def contents(facts: dict) -> str:
    """Tags and entity classes of each part."""
    parts = facts.get("parts", {})
    tags = sorted({tag for part in parts.values() for tag in part["tags"]}, key=lambda tag: (tag != "O", tag[2:], tag))
    classes = sorted({label for part in parts.values() for label in part["classes"]})
    rows = [[f"tokens `{tag}`", *(number(part["tags"].get(tag, 0)) for part in parts.values())] for tag in tags]
    rows += [[f"entities {label}", *(number(part["classes"].get(label, 0)) for part in parts.values())] for label in classes]
    return markdown(["", *parts], [["sentences", *(number(part["sentences"]) for part in parts.values())], *rows])


def training(rows: Sequence[Row]) -> str:
    """The model-selection table: the original's own figures for training and test at its best epoch, and ours at ours."""
    head = ["", "best epoch", "ours", "loss, train", "ours", "loss, test", "ours", "mean F1, train", "ours", "mean F1, test", "ours"]
    lines = []
    for row in rows:
        best, old = row.best_epoch(), row.published
        own = [best["epoch"], best["loss"], best["parts"]["test"]["loss"], best["parts"]["train"]["mean_f1"], best["parts"]["test"]["mean_f1"]] if best else []
        keys = [("best_epoch", 0), ("train_loss", 4), ("test_loss", 3), ("train_f1", 4), ("test_f1", 4)]
        pairs = [[number(old.get(key), digits), number(own[i], digits) if best else NOT_RUN] for i, (key, digits) in enumerate(keys)]
        lines.append([row.label, *(cell for pair in pairs for cell in pair)])
    return markdown(head, lines)


def runs(rows: Sequence[Row], facts: dict) -> str:
    """Both metrics of runs on the hub form: the original's at the epoch that it would have chosen, the strict one at the epoch that validation chose."""
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
        line += [number(old.get("test_loss")), number(test.get("loss")), number(old.get("test_f1"), 4), number(test.get("mean_f1"), 4)]
        line += [share(old.get("test_f1"), facts), share(test.get("mean_f1"), facts), number(test.get("f1"))]
        line += [number(row.record["epoch"]), strict(row), seeds(row)] if row.record else [NONE, NOT_RUN, NONE]
        lines.append(line)
    return markdown(head, lines)


def ladder(rows: Sequence[Row]) -> str:
    """Both metrics of the runs on documents, and what each step brings over the one above."""
    head = ["", "development F1", "test F1 (95%)", "precision", "recall", "over the row above", "mean F1 of the original", "seeds"]
    lines, above = [], None
    for row in rows:
        if not row.record:
            lines.append([row.label, NONE, NOT_RUN, *[NONE] * 5])
            continue
        test = row.record["test"]
        gain = f"{row.score() - above.score():+.3f}" if above else NONE
        lines.append(
            [
                row.label,
                number(row.score(part="development")),
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
    """The ladder in short: both metrics on the test documents. A mean over seeds stands where there are several, the interval is of one."""
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
    """One recipe on several cuts of the corpus."""
    lines = []
    for row in rows:
        if row.record:
            size = number(row.record["data"]["training"]["tokens"])
            lines.append([row.record["settings"]["data"], size, number(row.score(part="development")), strict(row), number(row.record["test"]["mean_f1"])])
        else:
            lines.append([row.label, NONE, NONE, NOT_RUN, NONE])
    return markdown(["cut", "training tokens", "development F1", "test F1 (95%)", "mean F1 of the original"], lines)


def folds(rows: Sequence[Row]) -> str:
    """Each fold, and their mean and deviation."""
    lines = []
    for row in rows:
        data = row.record["data"]["test"] if row.record else {}
        gold = sum(counts["gold"] for counts in row.record["test"]["classes"].values()) if row.record else None
        lines.append([row.label, number(data.get("tokens")), number(gold), strict(row) if row.record else NOT_RUN, number(row.score("mean_f1"))])
    found = [row.score() for row in rows if row.record]
    if len(found) > 1:
        means = [row.score("mean_f1") for row in rows if row.record]
        lines.append(["**mean ± standard deviation**", "", "", f"**{mean(found):.3f} ± {stdev(found):.3f}**", f"{mean(means):.3f} ± {stdev(means):.3f}"])
    return markdown(["", "tokens", "entities", "test F1 (95%)", "mean F1 of the original"], lines)


def classes(rows: Sequence[Row]) -> str:
    """Strict F1 by class."""
    names = sorted({label for row in rows for label in row.record["test"]["classes"]})
    return markdown(
        ["test F1", *names],
        [[SHORT.get(row.name, row.label), *(number(row.record["test"]["classes"].get(name, {}).get("f1")) for name in names)] for row in rows],
    )


def strict(row: Row) -> str:
    """The strict F1 of the row's own seed with its interval."""
    low, high = row.interval
    return f"{row.record['test']['f1']:.3f} ({low:.3f}–{high:.3f})"


def seeds(row: Row) -> str:
    """Mean and deviation over seeds, where there are several."""
    deviation = row.deviation()
    return NONE if deviation is None else f"{row.score():.3f} ± {deviation:.3f} ({len(row.scores())})"


def share(mean_f1: float | None, facts: dict) -> str:
    """How far a score of the original's metric is from `O` everywhere (0%) to perfect tags (100%) on the test part."""
    way = way_of(mean_f1, facts)
    return NONE if way is None else f"{way:.0%}"


def way_of(mean_f1: float | None, facts: dict) -> float | None:
    """:func:`share` as a number, `None` where one of its figures is missing."""
    if mean_f1 is None or "bounds" not in facts:
        return None
    test = facts["bounds"]["test"]
    return (mean_f1 - test["outside"]["mean_f1"]) / (test["perfect"]["mean_f1"] - test["outside"]["mean_f1"])


def cuts(view: View) -> list[str]:
    """What was cut, table by table, as sentences."""
    found: dict[str, list[str]] = {}
    for row in view.rows.values():
        if row.record and "cut" in row.record:
            tables = found.setdefault(row.record["cut"] or "nothing: the original's settings in full", [])
            if row.table not in tables:
                tables.append(row.table)
    return [f"- {', '.join(tables)}: {cut}." for cut, tables in found.items()]
