"""The command line of uk-tag-train: its entry points, old names, the bar, and devices."""

import subprocess
import sys

import pytest
from click.testing import CliRunner
from support.processes import ROOT

from tagger.train.cli import main
from tagger.train.cli.common import ProgressBar, RenamedOption
from tagger.train.cli.main import command


def commands(group, *path):
    for name, member in group.commands.items():
        yield (*path, name), member
        if hasattr(member, "commands"):
            yield from commands(member, *path, name)


def test_it_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "tagger.train.cli", "--help"], cwd=ROOT, capture_output=True, check=True
    )
    assert done.stdout.startswith(b"Usage: uk-tag-train")
    assert callable(main)


@pytest.mark.parametrize(
    ("path", "member"), list(commands(command)), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_command_tells_of_itself_and_not_of_old_names(path, member):
    done = CliRunner().invoke(command, [*path, "--help"])
    assert done.exit_code == 0 and "Usage: " in done.output
    for option in member.params:
        if isinstance(option, RenamedOption):
            assert option.opts[0] in done.output and option._old not in done.output


def test_old_names_are_understood():
    old = {
        (path, option._old): option
        for path, member in commands(command)
        for option in member.params
        if isinstance(option, RenamedOption)
    }
    assert set(old) == {(("fit",), "--guidance"), (("evaluate",), "--sturdiness"), (("teacher", "label"), "--states")}
    given = {"fit": ["--guidance", "0.5"], "evaluate": ["--sturdiness"], "label": ["--states", "8"]}
    needed = {"fit": ["x", "-o", "y"], "evaluate": ["x", "y"], "label": ["x", "--teacher", "y", "-o", "z"]}
    for (path, _), option in old.items():
        *_, name = path
        member = dict(commands(command))[path]
        values = [member.make_context(name, [*needed[name], *some]).params[option.name] for some in ([], given[name])]
        assert not values[0] and values[1] in (0.5, True, 8)
    listed = CliRunner().invoke(command, ["--help"]).output
    assert (
        "retokenize" in listed
        and "recut" not in listed
        and command.commands["recut"].callback is command.commands["retokenize"].callback
    )


def test_the_bar_is_drawn_on_terminals_alone(monkeypatch, capsys):
    bar = ProgressBar()
    for _ in range(2):
        for done in range(1, 4):
            bar(done, 3)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    for done in range(1, 4):
        bar(done, 3)
    assert "0/3" in capsys.readouterr().err and bar._bar is None
