"""The plots, from records alone.

They can be read without colour: lines, markers and hatches differ. The same figures give the same bytes.

Runs that were not done are not drawn; a plot without any run is not made.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import cycle, islice, product
from pathlib import Path
from types import ModuleType
from typing import Any

from tagger.errors import PackageError
from tagger.system.packages import need
from tagger.train.evaluation.metrics import MISSED
from tagger.train.study.records import Record

Bounds = Mapping[str, Mapping[str, float]]  # scores of `perfect` and `outside`


def over_epochs(path: Path, runs: Mapping[str, Record], part: str, bounds: Bounds | None) -> None:
    """Plot loss and both metrics over epochs, one line per run.

    :param runs: records by label.
    :param part: the part whose scores are shown beside the training loss.
    :param bounds: bounds of the original's metric on that part, drawn as lines.
    """
    panels: list[tuple[str, Callable[[Record], float]]] = [
        ("loss, training (with dropout)", lambda epoch: epoch["loss"]),
        (f"loss, {part}", lambda epoch: epoch["parts"][part]["loss"]),
        (f"strict entity F1, {part}", lambda epoch: epoch["parts"][part]["f1"]),
        (f"the original's mean F1, {part}", lambda epoch: epoch["parts"][part]["mean_f1"]),
    ]
    longest = max(len(record["history"]) for record in runs.values())
    columns = 1 if max(map(len, runs)) > 40 else 2 if len(runs) > 4 else len(runs)
    with figure(path, 2, 2, (9, 6 + 0.22 * len(runs) / columns)) as (drawn, axes):
        for ax, (title, value) in zip(axes, panels, strict=True):
            for (label, record), style in zip(runs.items(), line_styles(len(runs), longest), strict=True):
                ax.plot(
                    [epoch["epoch"] for epoch in record["history"]],
                    [value(epoch) for epoch in record["history"]],
                    label=label,
                    **style,
                )
            ax.set_title(title)
            ax.set_xlabel("epoch")
            ax.xaxis.get_major_locator().set_params(integer=True)
        if bounds:
            for key, name in (("perfect", "perfect tags"), ("outside", "O everywhere")):
                axes[3].axhline(bounds[key]["mean_f1"], color="0.3", linewidth=0.9)
                # at the right, where the lines are above the lower bound
                place = {"xytext": (0, -3), "textcoords": "offset points", "va": "top", "ha": "right", "fontsize": 8}
                axes[3].annotate(name, (longest, bounds[key]["mean_f1"]), **place)
            low, high = axes[3].get_ylim()
            axes[3].set_ylim(low - 0.06 * (high - low), high)
        legend_below(drawn, axes[0], columns)


def rates(path: Path, runs: Mapping[str, Record]) -> None:
    """Plot the learning rate over steps, one panel per run."""
    columns = 3
    rows = -(-len(runs) // columns)
    with figure(path, rows, columns, (10, 2.1 * rows), sharex=True, sharey=True) as (_, axes):
        for ax, (label, record) in zip(axes, runs.items(), strict=False):
            values = [rate for epoch in record["history"] for steps, rate in epoch["rates"] for _ in range(steps)]
            ax.plot(range(1, len(values) + 1), values, color="black", linewidth=1.2)
            ax.set_yscale("log")
            ax.set_title(
                label
                if len(label) < 44
                else label[: label.rfind(" ", 0, 44)] + "\n" + label[label.rfind(" ", 0, 44) + 1 :],
                fontsize=8,
            )
            ax.tick_params(labelbottom=True)
        for ax in axes[len(runs) :]:
            ax.set_visible(False)
        for ax in axes[::columns]:
            ax.set_ylabel("learning rate")
        for ax in axes[max(0, len(runs) - columns) : len(runs)]:
            ax.set_xlabel("step")


def counts(path: Path, parts: Mapping[str, Record]) -> None:
    """Plot the tags and entities of each part, on a logarithmic scale: they differ by two orders of magnitude."""
    with figure(path, 2, 1, (10, 7)) as (drawn, axes):
        for ax, key, title in ((axes[0], "tags", "tokens by tag"), (axes[1], "classes", "entities by class")):
            names = sorted(
                {name for part in parts.values() for name in part[key]},
                key=lambda name: (-sum(part[key].get(name, 0) for part in parts.values()), name),
            )
            grouped_bars(
                ax, names, {label: [part[key].get(name, 0) for name in names] for label, part in parts.items()}
            )
            ax.set_yscale("log")
            ax.set_title(title)
        legend_below(drawn, axes[0], 3)


def per_class(path: Path, runs: Mapping[str, Record]) -> None:
    """Plot the strict F1 of each label on the test documents, one bar per run."""
    names = sorted(
        {label for record in runs.values() for label in record["test"]["classes"]},
        key=lambda label: (-_gold(runs, label), label),
    )
    with figure(path, 1, 1, (10, 3.6 + 0.22 * len(runs))) as (drawn, (ax,)):
        values = {
            title: [record["test"]["classes"].get(name, {}).get("f1", 0) for name in names]
            for title, record in runs.items()
        }
        grouped_bars(ax, [f"{name} ({_gold(runs, name):,})" for name in names], values)
        ax.set_ylabel("strict entity F1")
        ax.set_ylim(0, 1)
        legend_below(drawn, ax, 1)


def confusions(path: Path, runs: Mapping[str, Record]) -> None:
    """Plot the confusion matrix, one panel per run; shades are shares of a row, numbers are counts."""
    with figure(path, 1, len(runs), (4.6 * len(runs), 4.2)) as (_, axes):
        for ax, (title, record) in zip(axes, runs.items(), strict=True):
            cells = {tuple(pair.split(" > ")): count for pair, count in record["test"]["confusion"].items()}
            names = [*sorted({name for pair in cells for name in pair} - {MISSED}), MISSED]
            table = [[cells.get((gold, guess), 0) for guess in names] for gold in names]
            shares = [[count / max(1, sum(row)) for count in row] for row in table]
            ax.imshow(shares, cmap="Greys", vmin=0, vmax=1.25)
            for y, row in enumerate(table):
                for x, count in enumerate(row):
                    ax.text(
                        x,
                        y,
                        f"{count:,}" if (y, x) != (len(names) - 1,) * 2 else "",
                        ha="center",
                        va="center",
                        color="white" if shares[y][x] > 0.6 else "black",
                    )
            shown = [name if name != MISSED else "none" for name in names]
            ax.set_xticks(range(len(names)), shown)
            ax.set_yticks(range(len(names)), shown)
            ax.set_xlabel("predicted")
            ax.set_ylabel("gold")
            ax.set_title(title, fontsize=9)
            ax.grid(False)


def by_range(path: Path, runs: Mapping[str, Record], key: str, value: str, what: str, title: str) -> None:
    """Plot a score over ranges, one line per run.

    :param key: `by_length` or `by_seen`.
    :param value: `f1` or `recall`.
    :param what: what the ranges count.
    :param title: name of the score.
    """
    last = list(runs.values())[-1]["test"][key]
    names = list(last)
    with figure(path, 1, 1, (8, 4 + 0.22 * len(runs))) as (drawn, (ax,)):
        for (label, record), style in zip(runs.items(), line_styles(len(runs)), strict=True):
            found = record["test"][key]
            ax.plot(
                range(len(names)),
                [found[name][value] if name in found else float("nan") for name in names],
                label=label,
                **style,
            )
        ax.set_xticks(range(len(names)), [f"{name}\n({last[name]['gold']:,} entities)" for name in names])
        ax.set_xlabel(what)
        ax.set_ylabel(title)
        ax.set_ylim(0, 1)
        legend_below(drawn, ax, 1)


def grouped_bars(ax: Any, names: Sequence[str], values: Mapping[str, Sequence[float]]) -> None:
    """Draw bars by name, side by side for each label."""
    width = 0.8 / max(1, len(values))
    for number, ((label, heights), style) in enumerate(zip(values.items(), bar_styles(len(values)), strict=True)):
        ax.bar(
            [place + (number - (len(values) - 1) / 2) * width for place in range(len(names))],
            heights,
            width,
            label=label,
            **style,
        )
    ax.set_xticks(range(len(names)), names)
    ax.grid(axis="x", visible=False)


def _gold(runs: Mapping[str, Record], label: str) -> int:
    return max(int(record["test"]["classes"].get(label, {}).get("gold", 0)) for record in runs.values())


DPI = 100
SETTINGS: dict[str, Any] = {
    "font.size": 9,
    "axes.grid": True,
    "grid.color": "0.88",
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "hatch.linewidth": 0.6,
    "svg.hashsalt": "uk-tag",  # otherwise every file has other ids
    "svg.fonttype": "none",  # text as paths would double the size
}
LINES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "x", "P", "*")
HATCHES = ("", "//", "..", "xx", "\\\\", "++", "--", "||")  # few strokes: an SVG has each once per bar
SHADES = ("0.0", "0.35", "0.55")


def pyplot() -> ModuleType:
    """Import matplotlib's pyplot, drawing to files only. Raises PackageError if matplotlib is not installed."""
    try:
        need("matplotlib").use("Agg")
        return need("matplotlib.pyplot")
    except PackageError as error:
        raise PackageError(f"{error}; or ask for no plots with --plots none") from None


@contextmanager
def figure(
    path: Path, rows: int, columns: int, size: tuple[float, float], **options: Any
) -> Iterator[tuple[Any, list[Any]]]:
    """Make a figure and its axes, as a flat list; it is written to `path` when the block ends.

    :param size: width and height in inches.
    """
    plot = pyplot()
    with plot.rc_context(SETTINGS):
        drawn, axes = plot.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained", **options)
        try:
            yield drawn, list(axes.flat)
            metadata = {"Date": None, "Creator": None} if path.suffix == ".svg" else {"Software": None}
            drawn.savefig(path, dpi=DPI, metadata=metadata)
        finally:
            plot.close(drawn)


def line_styles(count: int, points: int = 1) -> list[dict[str, Any]]:
    """Return distinct styles of lines; markers are at about eight of the points."""
    every = max(1, points // 8)
    styles = islice(cycle(zip(cycle(product(SHADES, LINES)), cycle(MARKERS), strict=False)), count)
    return [
        {
            "color": shade,
            "linestyle": line,
            "marker": marker,
            "markersize": 4.5,
            "linewidth": 1.2,
            "markevery": every,
            "markerfacecolor": "white",
        }
        for (shade, line), marker in styles
    ]


def bar_styles(count: int) -> list[dict[str, Any]]:
    """Return distinct styles of bars."""
    fills = ("white", "0.75", "0.45")
    return [
        {"facecolor": fills[i % len(fills)], "edgecolor": "black", "hatch": HATCHES[i % len(HATCHES)], "linewidth": 0.7}
        for i in range(count)
    ]


def legend_below(drawn: Any, axes: Any, columns: int) -> None:
    """Draw one legend for all axes, below them."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        drawn.legend(handles, labels, loc="outside lower center", ncols=columns, handlelength=4)
