"""Digests of the output of `uk-tag` for fixed inputs in all formats and options.

Two versions of the code with the same digests write the same bytes.

`python tests/project/output_digests.py [FILE]... > digests.json` prints the digests of this checkout, with FILEs (CoNLL
or text) as further inputs. `--check digests.json` compares, and names each command whose output differs; the exit code
is then 1.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "bin" / "uk-tag"
TEXT = """\
Президент Володимир Зеленський відвідав Харків і Івано-Франківську область.
Учора, 12.03.2024 р., Леся Українка (1871–1913) писала: «Contra spem spero!» — так, у м. Києві. \
Що далі? Ніхто не знав...

ТОВ «Нафтогаз України» подало позов до суду; проф. І. П. Петренко-Коваль сказав: "Ні".
Пишіть на info@example.org або http://example.org/a?b=c#d, тел. +380 44 123-45-67, ціна 1 000 000 грн.
\u2022 п'ять м’ячів, об\u02bcєкт, п\u0301ять, zero\u200bwidth, м\u00adяч, 😀 Apple Inc. та Google\tу Львові  .
МИКОЛА СКРИПНИК ПРИЇХАВ ДО ПОЛТАВИ
микола скрипник приїхав до полтави
"""
TOKENS = [line.split() for line in TEXT.replace("\t", " ").split("\n")]
TEXT_OPTIONS = [
    [],
    ["--sentences"],
    ["--pretokenized"],
    ["--scores"],
    ["--count"],
    ["--scheme", "bioes"],
    ["--map", "PERS=PER,MISC=O", "--only", "PER,LOC"],
    ["--color", "always"],
    ["-u"],
    ["--threads", "2", "--batch-tokens", "64"],
    ["-m", "uk-ner-small"],
    ["--precision", "float32"],
    *(["-O", form] for form in ("conll", "conllu", "jsonl", "inline", "brat", "html", "tsv")),
    ["-O", "jsonl", "--sentences"],
    ["-O", "inline", "--scores", "--color", "always"],
    ["-O", "brat", "--scores"],
    ["-O", "conllu", "--key", "NE", "--scores"],
]
CONLL_OPTIONS = [
    [],
    ["--column", "1"],
    ["--column", "-1", "--scores"],
    ["--scores"],
    ["--count"],
    ["--only", "PERS"],
    ["-u"],
    *(["-O", form] for form in ("conll", "conllu", "jsonl", "inline", "html", "tsv")),
]


def conll(columns: int, separator: str = "\t", end: str = "\n") -> str:
    """Return the tokens of TEXT as CoNLL with comments.

    :param columns: number of columns.
    """
    lines = []
    for number, sentence in enumerate(TOKENS):
        lines += [f"# sent_id = {number}"] if number % 2 else []
        lines += [separator.join([token, *["_"] * (columns - 1)]) for token in sentence] + [""]
    return end.join(lines) + end


def conllu() -> str:
    """Return the tokens of TEXT as CoNLL-U, with a range, an empty node and features of other tools."""
    lines = []
    for number, sentence in enumerate(filter(None, TOKENS)):
        lines.append(f"# sent_id = {number}")
        for position, token in enumerate(sentence, 1):
            if position == 2:
                lines.append(f"2-3\t{token}x\t_\t_\t_\t_\t_\t_\t_\t_")
            misc = ("_", "SpaceAfter=No", "NER=B-OLD|Gloss=x")[position % 3]
            lines.append(f"{position}\t{token}\tx\tNOUN\t_\t_\t0\troot\t_\t{misc}")
            if position == 3:
                lines.append("3.1\t_\t_\t_\t_\t_\t_\t_\t_\t_")
        lines.append("")
    return "\n".join(lines) + "\n"


def inputs() -> dict[str, bytes]:
    """Return the fixed inputs by name."""
    return {
        "text.txt": TEXT.encode(),
        "crlf.txt": TEXT.replace("\n", "\r\n").encode(),
        "long.txt": (TEXT.replace("\n", " ") * 40).encode() + b"\n",
        "open.txt": TEXT.encode().rstrip(b"\n"),
        "broken.txt": TEXT.encode().replace("Харків".encode(), b"\xd5\xe0\xf0\xea\xb3\xe2"),
        "one.conll": conll(1).encode(),
        "three.conll": conll(3).encode(),
        "spaces.conll": conll(3, " ").encode(),
        "crlf.conll": conll(3, end="\r\n").encode(),
        "tags.conllu": conllu().encode(),
        "empty.txt": b"",
    }


def commands(further: list[Path]) -> list[tuple[str, list[str]]]:
    """Return pairs of the name of an input and options."""
    found = []
    for name in [*inputs(), *map(str, further)]:
        is_text = name.endswith(".txt")
        options = TEXT_OPTIONS if is_text else CONLL_OPTIONS
        form = "text" if is_text else name.rpartition(".")[2]
        for chosen in options:
            if form == "conllu" and ("--column" in chosen):
                continue
            found.append((name, ["-i", form, *chosen]))
        found.append((name, []))
    wrong = [
        ("text.txt", ["-i", "conllu"]),
        ("three.conll", ["-i", "conll", "--token-column", "9"]),
        ("broken.txt", ["--strict"]),
    ]
    return [*found, *wrong]


def digest_of(name: str, options: list[str], folder: Path) -> str:
    """Return the SHA-256 of standard output, standard error and exit code."""
    command = [sys.executable, str(PROGRAM), "--device", "cpu", *options, name]
    done = subprocess.run(
        command, capture_output=True, cwd=folder, timeout=600, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    )
    return hashlib.sha256(b"\0".join([done.stdout, done.stderr, b"%d" % done.returncode])).hexdigest()


def digests(further: list[Path] = [], only: slice = slice(None)) -> dict[str, str]:  # noqa: B006 - never changed
    """Return the digests by command line."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for own, content in inputs().items():
            (folder / own).write_bytes(content)
        return {" ".join([*options, own]): digest_of(own, options, folder) for own, options in commands(further)[only]}


def main() -> int:
    """Print the digests, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=lambda name: Path(name).resolve())
    parser.add_argument("--check", type=Path, help="compare with digests that were printed before")
    arguments = parser.parse_args()
    found = digests(arguments.files)
    if arguments.check is None:
        print(json.dumps(found, indent=1, ensure_ascii=False))
        return 0
    before = json.loads(arguments.check.read_text(encoding="utf-8"))
    differ = [command for command in {**before, **found} if before.get(command) != found.get(command)]
    for command in differ:
        print(f"differs: uk-tag {command}", file=sys.stderr)
    print(f"{len(found) - len(differ)} of {len(found)} outputs are the same", file=sys.stderr)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
