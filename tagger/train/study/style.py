"""How plots look: told apart by line, marker and hatch, so that they can be read without colour; the same bytes for the same figures."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice, product
from pathlib import Path
from types import ModuleType

from tagger.errors import PackageError
from tagger.packages import need

DPI = 100
SETTINGS = {
    "font.size": 9,
    "axes.grid": True,
    "grid.color": "0.88",
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "hatch.linewidth": 0.6,
    "svg.hashsalt": "uk-tag",  # else every file has other names in it
    "svg.fonttype": "none",  # letters as paths would double the files
}
LINES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "x", "P", "*")
HATCHES = ("", "//", "..", "xx", "\\\\", "++", "--", "||")  # few strokes: each is in an SVG once a bar
SHADES = ("0.0", "0.35", "0.55")


def pyplot() -> ModuleType:
    """matplotlib's pyplot, drawing to files alone. Raises PackageError where matplotlib is missing."""
    try:
        need("matplotlib").use("Agg")
        return need("matplotlib.pyplot")
    except PackageError as error:
        raise PackageError(f"{error}; or ask for no plots with --plots none") from None


@contextmanager
def figure(path: Path, rows: int, columns: int, size: tuple[float, float], **options) -> Iterator[tuple]:
    """A figure and its axes, as a flat list, written to `path` when the block ends.

    :param size: inches.
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


def line_styles(count: int, points: int = 1) -> list[dict]:
    """So many distinct ways to draw a line with a marker; markers stand at about eight of its points."""
    every = max(1, points // 8)
    styles = islice(cycle(zip(cycle(product(SHADES, LINES)), cycle(MARKERS), strict=False)), count)
    return [
        {"color": shade, "linestyle": line, "marker": marker, "markersize": 4.5, "linewidth": 1.2, "markevery": every, "markerfacecolor": "white"}
        for (shade, line), marker in styles
    ]


def bar_styles(count: int) -> list[dict]:
    """So many distinct ways to fill a bar."""
    fills = ("white", "0.75", "0.45")
    return [{"facecolor": fills[i % len(fills)], "edgecolor": "black", "hatch": HATCHES[i % len(HATCHES)], "linewidth": 0.7} for i in range(count)]


def legend_below(drawn, axes, columns: int) -> None:
    """One legend for all axes, below them."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        drawn.legend(handles, labels, loc="outside lower center", ncols=columns, handlelength=4)
