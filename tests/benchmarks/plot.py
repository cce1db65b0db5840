"""Plot of F1 against speed from a record of peers.py: python tests/benchmarks/plot.py peers.json peers.svg

Needs matplotlib. A filled marker is measured on both axes; a hollow one has a published F1 at the speed of the same
architecture with random weights; a line is a published F1 whose speed was not measured.
"""

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot
from matplotlib.ticker import FuncFormatter

# Strict micro F1 on the test part of NER-UK 1.0 (2,580 entities), as their authors publish it.
PUBLISHED_AT_A_SPEED = {"flair-published": ("flair-uk-ner", 0.8605)}
PUBLISHED = {"XLM-RoBERTa base": 0.8898, "XLM-RoBERTa large": 0.917}
MARKS = "os^Dvp<>hX"
OWN = ("uk-tag", "uk-tag-small")


def main() -> None:
    """Read, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("record", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    draw(json.loads(arguments.record.read_text(encoding="utf-8")), arguments.output)


def draw(record: dict, output: Path) -> None:
    """Draw a record of peers.py into a file. The ending of its name decides the format."""
    # Text stays text, which is small and searchable. No date and fixed ids: the same record gives the same bytes.
    pyplot.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "peers", "font.size": 9})
    figure, axes = pyplot.subplots(figsize=(7.5, 4.6), layout="constrained")
    marks = iter(MARKS)
    rates = [tagger["speed"] for tagger in record["taggers"] if "speed" in tagger]
    fastest = max(speed["whole_process_tokens_per_second"] for speed in rates)
    for tagger in record["taggers"]:
        if "speed" not in tagger:
            continue
        own = tagger["key"] in OWN
        rate = tagger["speed"]["whole_process_tokens_per_second" if own else "tokens_per_second"]
        if "scores" in tagger:
            name, f1, fill = tagger["name"], tagger["scores"]["micro"]["f1"], "full"
        elif tagger["key"] in PUBLISHED_AT_A_SPEED:
            (name, f1), fill = PUBLISHED_AT_A_SPEED[tagger["key"]], "none"
            name += " (F1 published)"
        else:
            continue
        axes.plot(
            rate,
            f1,
            "*" if own else next(marks),
            color="black",
            fillstyle=fill,
            markersize=14 if own else 7,
            linestyle="none",
        )
        left = rate > fastest / 4  # else the name would run out of the picture
        shift = {
            "xytext": (-9 if left else 8, 0),
            "textcoords": "offset points",
            "ha": "right" if left else "left",
            "va": "center",
        }
        axes.annotate(name, (rate, f1), weight="bold" if own else "normal", **shift)
    for name, f1 in PUBLISHED.items():
        axes.axhline(f1, color="gray", linestyle="--", linewidth=0.8)
        axes.annotate(
            f"{name}: published, speed not measured here",
            (0.01, f1),
            xycoords=("axes fraction", "data"),
            va="bottom",
            color="dimgray",
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_xlabel("tokens a second on one core")
    axes.set_ylabel("strict entity F1 on the test of NER-UK 1.0")
    axes.margins(x=0.12, y=0.1)
    axes.grid(alpha=0.3)
    axes.set_title(f"{record['setting']['processor']}, {record['setting']['date']}", fontsize=8)
    figure.savefig(output, metadata={"Date": None} if output.suffix == ".svg" else None)
    pyplot.close(figure)


if __name__ == "__main__":
    main()
