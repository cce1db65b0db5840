"""Train or run one peer in its own environment, and write the result to a JSON file.

worker.py MODULE train FOLDER RECORD --training FILE --development FILE [--option WORD]...
worker.py MODULE tag   FOLDER RECORD --input FILE --output FILE [--seconds LIMIT] [--option WORD]...

A peer is a module in this folder with

- `PACKAGES`: the distributions whose versions are recorded,
- `PIECE`: the number of sentences passed to it at once,
- `train(training, development, folder, seed, options)`: writes a model into an empty folder, and returns a note on it,
- `load(folder, options)`: returns a function from sentences to BIO tags; sentences are lists of tokens,
- `resources(options)`: files outside of the folder that the model needs.
"""

import argparse
import importlib
import importlib.metadata
import json
import os
import time
from pathlib import Path

Sentences = list[tuple[list[str], list[str]]]


def main() -> None:
    """Run the action given on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module")
    parser.add_argument("action", choices=["train", "tag"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("record", type=Path)
    parser.add_argument("--training", type=Path)
    parser.add_argument("--development", type=Path)
    parser.add_argument("--input", type=Path)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="pass no more sentences after this time")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--option", action="append", default=[])
    arguments = parser.parse_args()
    if "torch" in map(str.lower, _installed()):
        import torch

        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    peer = importlib.import_module(arguments.module)
    record = train(peer, arguments) if arguments.action == "train" else tag(peer, arguments)
    record["versions"] = {name: importlib.metadata.version(name) for name in peer.PACKAGES}
    arguments.record.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _installed() -> list[str]:
    return [distribution.metadata["Name"] for distribution in importlib.metadata.distributions()]


def train(peer, arguments: argparse.Namespace) -> dict:
    """Train, and return the processor time and the size of the model.

    Processor time includes child processes and, unlike elapsed time, does not depend on other load of the machine.
    """
    note = peer.train(
        read(arguments.training), read(arguments.development), arguments.folder, arguments.seed, arguments.option
    )
    times = os.times()
    seconds = times.user + times.system + times.children_user + times.children_system
    own = sum(file.stat().st_size for file in arguments.folder.rglob("*") if file.is_file())
    others = sum(file.stat().st_size for file in peer.resources(arguments.option))
    return {"training_cpu_seconds": round(seconds, 1), "model_bytes": own, "resource_bytes": others, "note": note}


def tag(peer, arguments: argparse.Namespace) -> dict:
    """Tag chunks of sentences until the time is up. The seconds are those of tagging alone, in memory."""
    sentences = [tokens for tokens, _ in read(arguments.input)]
    run = peer.load(arguments.folder, arguments.option)
    tagged: list[list[str]] = []
    began = time.perf_counter()
    while len(tagged) < len(sentences) and time.perf_counter() - began < arguments.seconds:
        tagged += run(sentences[len(tagged) : len(tagged) + peer.PIECE])
    seconds = time.perf_counter() - began
    done = sentences[: len(tagged)]
    write(arguments.output, list(zip(done, tagged, strict=True)))
    return {"tokens": sum(map(len, done)), "sentences": len(done), "seconds": seconds}


def read(path: Path) -> Sentences:
    """Read a CoNLL file: lines of TOKEN, TAB and TAG, an empty line after each sentence."""
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    rows = [[line.split("\t") for line in block.split("\n") if line] for block in blocks]
    return [([row[0] for row in block], [row[-1] for row in block]) for block in rows if block]


def write(path: Path, sentences: Sentences) -> None:
    """Write sentences in the format of :func:`read`."""
    blocks = ("".join(map("{}\t{}\n".format, tokens, tags)) for tokens, tags in sentences)
    path.write_text("".join(f"{block}\n" for block in blocks), encoding="utf-8")


if __name__ == "__main__":
    main()
