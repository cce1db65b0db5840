"""A picture of a training: the loss on the training data and the F1 on the development data, over epochs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from tagger.errors import DataError, PackageError
from tagger.system.packages import need
from tagger.train.data.writing import whole_file

FORMATS = (".png", ".svg", ".pdf")
SIZE, DPI = (9, 3.6), 120  # inches; points per inch


def check(path: Path) -> None:
    """Check, before hours of work, that a picture can be drawn into this file.

    :raises DataError: its name has no ending of a picture, or there is no such folder.
    :raises PackageError: matplotlib is not installed.
    """
    if path.suffix.lower() not in FORMATS:
        raise DataError(f"no picture has this ending; give one of {', '.join(FORMATS)}", path=str(path))
    if not path.absolute().parent.is_dir():
        raise DataError(f"there is no folder {path.parent}; make it first", path=str(path))
    _figure()


def draw(history: Sequence[Mapping[str, Any]], kept: int, path: Path) -> None:
    """Draw loss and F1 side by side, with a mark at the epoch whose weights were kept.

    :param history: the epochs' records, see :class:`tagger.train.student.trainer.Trainer`.
    :param kept: number of that epoch.
    :param path: a file of one of FORMATS; it is replaced.
    :raises DataError: it cannot be written.
    """
    epochs = [epoch["epoch"] for epoch in history]
    figure = _figure().Figure(figsize=SIZE, layout="constrained")
    panels = (("loss", "loss on the training data"), ("f1", "strict F1 on the development data"))
    for axes, (key, title) in zip(figure.subplots(1, 2), panels, strict=True):
        values = [epoch[key] for epoch in history]
        axes.plot(epochs, values, color="black", marker="o", markersize=3, linewidth=1.2)
        value = next(epoch[key] for epoch in history if epoch["epoch"] == kept)
        axes.axvline(kept, color="0.6", linestyle="--", linewidth=1)
        late = 2 * kept > len(history)  # then there is room on the left
        place = {"xytext": (-4 if late else 4, 6 if key == "loss" else -14), "ha": "right" if late else "left"}
        axes.annotate(f"epoch {kept}: {value:.3f}", (kept, value), textcoords="offset points", fontsize=9, **place)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(color="0.88")
    figure.axes[0].set_ylim(bottom=0)
    figure.axes[1].set_ylim(0, 1.05)
    kind = path.suffix.lower().removeprefix(".")
    with whole_file(path) as file:
        figure.savefig(file, format=kind, dpi=DPI)


def _figure() -> ModuleType:
    try:
        return need("matplotlib.figure")
    except PackageError as error:
        raise PackageError(f"{error}; or leave out --plot") from None
