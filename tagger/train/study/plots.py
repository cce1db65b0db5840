"""The plots, each from records alone. What was not run is not drawn; a plot of which nothing was run is not made."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tagger.train.evaluation.metrics import MISSED
from tagger.train.study.style import bar_styles, figure, legend_below, line_styles

BoundsOf = Mapping[str, Mapping[str, float]]  # of `perfect` and `outside`, the scores


def over_epochs(path: Path, runs: Mapping[str, dict], part: str, bounds: BoundsOf | None) -> None:
    """Loss and both metrics over epochs, a line a run.

    :param runs: records by label.
    :param part: the part whose scores are shown beside the training sample's loss.
    :param bounds: of the original's metric on that part, drawn as lines.
    """
    panels: list[tuple[str, Callable[[dict], float]]] = [
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
                ax.plot([epoch["epoch"] for epoch in record["history"]], [value(epoch) for epoch in record["history"]], label=label, **style)
            ax.set_title(title)
            ax.set_xlabel("epoch")
            ax.xaxis.get_major_locator().set_params(integer=True)
        if bounds:
            for key, name in (("perfect", "perfect tags"), ("outside", "O everywhere")):
                axes[3].axhline(bounds[key]["mean_f1"], color="0.3", linewidth=0.9)
                # at the right, where lines have left the lower bound
                place = {"xytext": (0, -3), "textcoords": "offset points", "va": "top", "ha": "right", "fontsize": 8}
                axes[3].annotate(name, (longest, bounds[key]["mean_f1"]), **place)
            low, high = axes[3].get_ylim()
            axes[3].set_ylim(low - 0.06 * (high - low), high)
        legend_below(drawn, axes[0], columns)


def rates(path: Path, runs: Mapping[str, dict]) -> None:
    """The learning rate over steps, a panel a run."""
    columns = 3
    rows = -(-len(runs) // columns)
    with figure(path, rows, columns, (10, 2.1 * rows), sharex=True, sharey=True) as (_, axes):
        for ax, (label, record) in zip(axes, runs.items(), strict=False):
            values = [rate for epoch in record["history"] for steps, rate in epoch["rates"] for _ in range(steps)]
            ax.plot(range(1, len(values) + 1), values, color="black", linewidth=1.2)
            ax.set_yscale("log")
            ax.set_title(label if len(label) < 44 else label[: label.rfind(" ", 0, 44)] + "\n" + label[label.rfind(" ", 0, 44) + 1 :], fontsize=8)
            ax.tick_params(labelbottom=True)
        for ax in axes[len(runs) :]:
            ax.set_visible(False)
        for ax in axes[::columns]:
            ax.set_ylabel("learning rate")
        for ax in axes[max(0, len(runs) - columns) : len(runs)]:
            ax.set_xlabel("step")


def counts(path: Path, parts: Mapping[str, dict]) -> None:
    """Tags and entity classes of each part, on a logarithmic scale: the imbalance is of two orders of magnitude."""
    with figure(path, 2, 1, (10, 7)) as (drawn, axes):
        for ax, key, title in ((axes[0], "tags", "tokens by tag"), (axes[1], "classes", "entities by class")):
            names = sorted(
                {name for part in parts.values() for name in part[key]}, key=lambda name: (-sum(part[key].get(name, 0) for part in parts.values()), name)
            )
            grouped_bars(ax, names, {label: [part[key].get(name, 0) for name in names] for label, part in parts.items()})
            ax.set_yscale("log")
            ax.set_title(title)
        legend_below(drawn, axes[0], 3)


def per_class(path: Path, runs: Mapping[str, dict]) -> None:
    """Strict F1 of each class on the test documents, a bar a run."""
    names = sorted({label for record in runs.values() for label in record["test"]["classes"]}, key=lambda label: (-_gold(runs, label), label))
    with figure(path, 1, 1, (10, 3.6 + 0.22 * len(runs))) as (drawn, (ax,)):
        values = {title: [record["test"]["classes"].get(name, {}).get("f1", 0) for name in names] for title, record in runs.items()}
        grouped_bars(ax, [f"{name} ({_gold(runs, name):,})" for name in names], values)
        ax.set_ylabel("strict entity F1")
        ax.set_ylim(0, 1)
        legend_below(drawn, ax, 1)


def confusions(path: Path, runs: Mapping[str, dict]) -> None:
    """What gold entities were taken for, a panel a run; rows sum to 1 in shade, figures are counts."""
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


def by_range(path: Path, runs: Mapping[str, dict], key: str, value: str, what: str, title: str) -> None:
    """A score over ranges, a line a run.

    :param key: `by_length` or `by_seen`, of the test scores.
    :param value: `f1` or `recall`.
    :param what: what the ranges count; `title` names the score.
    """
    last = list(runs.values())[-1]["test"][key]
    names = list(last)
    with figure(path, 1, 1, (8, 4 + 0.22 * len(runs))) as (drawn, (ax,)):
        for (label, record), style in zip(runs.items(), line_styles(len(runs)), strict=True):
            found = record["test"][key]
            ax.plot(range(len(names)), [found[name][value] if name in found else float("nan") for name in names], label=label, **style)
        ax.set_xticks(range(len(names)), [f"{name}\n({last[name]['gold']:,} entities)" for name in names])
        ax.set_xlabel(what)
        ax.set_ylabel(title)
        ax.set_ylim(0, 1)
        legend_below(drawn, ax, 1)


def grouped_bars(ax, names: Sequence[str], values: Mapping[str, Sequence[float]]) -> None:
    """Bars by name, side by side for each label."""
    width = 0.8 / max(1, len(values))
    for number, ((label, heights), style) in enumerate(zip(values.items(), bar_styles(len(values)), strict=True)):
        ax.bar([place + (number - (len(values) - 1) / 2) * width for place in range(len(names))], heights, width, label=label, **style)
    ax.set_xticks(range(len(names)), names)
    ax.grid(axis="x", visible=False)


def _gold(runs: Mapping[str, dict], label: str) -> int:
    return max(record["test"]["classes"].get(label, {}).get("gold", 0) for record in runs.values())
