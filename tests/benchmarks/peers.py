"""Comparison of uk-tag with other taggers: python tests/benchmarks/peers.py TRAIN.conll TEST.conll --cache FOLDER

Each peer is installed into an environment of its own under the cache, trained on the same documents (with the
development documents that `uk-tag-train fit` holds out), scored on the test by uk-tag's strict metric, and timed on one
core on the same sentences, in alternating runs. Environments, models and tags stay in the cache. `--runs 0` trains and
scores, but times nothing.

Tokens/s of a peer are those of its whole pipeline on pretokenized sentences, without its start-up. Tokens/s of uk-tag
are those of the whole process, from file to standard output: with start-up in the first of its two rows, without it in
the second.
"""

import argparse
import datetime
import json
import os
import platform
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from peer import environments, report, timing, training  # noqa: E402
from peer.catalogue import PEERS  # noqa: E402
from speed import compile_program  # noqa: E402


def main() -> None:
    """Install, train, score, time, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--only", nargs="+", choices=[peer.key for peer in PEERS], default=[peer.key for peer in PEERS])
    parser.add_argument("--tokens", type=int, default=100_000, help="number of test tokens to time with")
    parser.add_argument(
        "--seconds",
        type=float,
        default=10,
        help="time limit of a peer's run; a slow peer tags only the first sentences",
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--record", type=Path, help="JSON file for the results (default: in the cache)")
    arguments = parser.parse_args()
    cache = arguments.cache.resolve()
    compile_program()
    data = training.prepare_data(arguments.train, arguments.test, cache, arguments.seed, say)
    rows = {key: report.own_row(key) for key in report.MODELS}
    with tempfile.TemporaryDirectory() as scratch:
        for key, model in report.MODELS.items():
            rows[key].scores = training.strict(data.gold, report.own_tags(data.test, Path(scratch), model))
        texts = timing.write_texts(
            sentences := timing.sample(data.gold, arguments.tokens, arguments.seed), Path(scratch)
        )
        count = sum(len(tokens) for tokens, _ in sentences)
        ways = {key: timing.own_process(texts[1], texts[2], count, model) for key, model in report.MODELS.items()}
        for peer in PEERS:
            if peer.key not in arguments.only:
                continue
            row = rows[peer.key] = report.Row(peer.key, peer.name, peer.trained)
            try:
                say(f"{peer.key}: environment")
                python = environments.prepare(peer.environment, cache / "environments")
                say(f"{peer.key}: model")
                folder, about = training.model(python, peer, data, cache, arguments.seed)
                row.learn(about)
                if peer.trained:
                    row.scores = training.scores(python, peer, folder, data)
                    say(f"{peer.key}: F1 {row.scores.micro.f1:.4f}")
            except RuntimeError as error:
                row.failure = str(error)
                say(f"{peer.key}: {error}")
            else:
                ways[peer.key] = timing.peer_process(python, peer, folder, texts[0], arguments.seconds)
        times, failures = timing.in_turns(ways, arguments.runs, say)
    for key, reason in failures.items():
        rows[key].failure = reason
    for key, taken in times.items():
        rows[key].times = taken
    setting = {
        "processor": processor(),
        "cpus": os.cpu_count(),
        "date": f"{datetime.date.today()}",
        "tokens": count,
        "runs": arguments.runs,
    }
    target = arguments.record or cache / "peers.json"
    target.write_text(
        json.dumps(report.as_dict(list(rows.values()), setting), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    print(report.table(list(rows.values()), setting))


def say(message: str) -> None:
    """Report progress on standard error."""
    print(message, file=sys.stderr, flush=True)


def processor() -> str:
    """Return the name of the processor, or its architecture if the name is unknown."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )


if __name__ == "__main__":
    main()
