"""Accuracy and speed by model size.

python tests/benchmarks/curve.py MODEL.onnx... --development DEV.conll --corpus CORPUS.conll

Prints the development F1 of each model file, and the tokens/s of whole processes on one core (medians of alternating
runs).
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from speed import PROGRAM, ROOT, compile_program, medians, process, read

sys.path.insert(0, str(ROOT))


def main() -> None:
    """Measure and print."""
    from tagger.tagger import Tagger
    from tagger.train.data.sources import read as documents_of
    from tagger.train.evaluation.evaluate import evaluate

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--development", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=158_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    compile_program()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # child processes stay on this core as well
    sentences = read(arguments.corpus, arguments.tokens)
    count = sum(map(len, sentences))
    (documents,) = documents_of(str(arguments.development)).values()
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus.conll")
        corpus.write_text("".join("\n".join(tokens) + "\n\n" for tokens in sentences), encoding="utf-8")
        ways = {
            str(model): lambda model=model: process([*PROGRAM, "-m", str(model), "-i", "conll", str(corpus)])
            for model in arguments.models
        }
        seconds = medians(ways, arguments.runs)
    print("| model | file | F1 | lower-cased | tokens/s |\n|---|---|---|---|---|")
    for model in arguments.models:
        reports = evaluate(Tagger.load(model, device="cpu"), documents)
        scores = " | ".join(f"{reports[name].micro.f1:.3f}" for name in ("all", "lower-cased"))
        print(f"| {model.name} | {model.stat().st_size / 1e6:.1f} MB | {scores} | {count / seconds[str(model)]:,.0f} |")


if __name__ == "__main__":
    main()
