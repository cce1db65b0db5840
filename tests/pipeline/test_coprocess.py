"""uk-tag as a coprocess: for each line its tags and an empty line, and nothing is held back while the caller waits."""

import os
import shutil
import subprocess
import sys
import time

import pytest
from support.processes import ROOT

LINES = ["Олена Коваленко живе в Києві .", "", "Так .", "Учора Петро був у Львові ."]

SHELL = """\
coproc TAGGER { uk-tag -i text; }
while IFS= read -r line; do
  printf '%s\\n' "$line" >&"${TAGGER[1]}"
  while IFS= read -r -u "${TAGGER[0]}" row && [ -n "$row" ]; do
    printf '%s ' "${row##*$'\\t'}"
  done
  echo
done
"""

NODE = """\
const { spawn } = require("node:child_process");
const { createInterface } = require("node:readline");

const tagger = spawn("uk-tag", ["-i", "text"], { stdio: ["pipe", "pipe", "inherit"] });
const rows = createInterface({ input: tagger.stdout })[Symbol.asyncIterator]();

async function tag(line) {
  tagger.stdin.write(line.replaceAll("\\n", " ") + "\\n");
  const tokens = [];
  for (let row; (row = (await rows.next()).value); ) tokens.push(row.split("\\t"));
  return tokens;
}

(async () => {
  for await (const line of createInterface({ input: process.stdin }))
    console.log((await tag(line)).map(([, tag]) => tag + " ").join(""));
  tagger.stdin.end();
})();
"""


class Tagging:
    """The program, called line by line."""

    def __init__(self, model) -> None:
        command = [sys.executable, str(ROOT / "bin" / "uk-tag"), "-i", "text", "-m", str(model)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def tag(self, line: str) -> list[list[str]]:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        rows = []
        while row := self.process.stdout.readline().rstrip("\n"):
            rows.append(row.split("\t"))
        return rows


@pytest.fixture
def environment(tiny_model, tmp_path):
    """Environment variables with `uk-tag` on the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "uk-tag").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/bin/uk-tag" "$@"\n')
    (folder / "uk-tag").chmod(0o755)
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "UK_TAG_MODEL": str(tiny_model)}


@pytest.fixture
def tagging(tiny_model):
    tagging = Tagging(tiny_model)
    yield tagging
    tagging.process.stdin.close()
    assert tagging.process.wait(10) == 0
    tagging.process.stdout.close()


def test_python(tagging):
    for line in LINES:
        rows = tagging.tag(line)
        assert [row[0] for row in rows] == line.split()
        assert all(len(row) == 2 for row in rows)
    assert tagging.tag("Олена живе в Києві")[0] == ["Олена", "B-PERS"]


def test_an_answer_does_not_wait_for_more(tagging):
    tagging.tag("Так .")
    start = time.monotonic()
    for _ in range(20):
        tagging.tag("Олена живе в Києві .")
    assert (time.monotonic() - start) / 20 < 0.5, (
        "an answer takes milliseconds; half a second is a slow machine under load"
    )


@pytest.mark.parametrize(
    ("program", "command"), [("bash", ["bash", "-c", SHELL]), ("node", ["node", "-e", NODE])], ids=["bash", "node"]
)
def test_other_languages(program, command, environment):
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    done = subprocess.run(
        command, input="\n".join([*LINES, ""]), capture_output=True, encoding="utf-8", env=environment, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    answers = [line.split() for line in done.stdout.split("\n")[:-1]]
    assert [len(answer) for answer in answers] == [len(line.split()) for line in LINES]
    assert answers[0][0] == "B-PERS"
