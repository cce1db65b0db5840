"""Manual pages and completion scripts, made from the options of a program."""

import os
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from inspect import cleandoc
from pathlib import Path

import click

# The summary and the synopsis of the programs whose page is made of their help alone.
PAGES = {
    "uk-tag-train": ("train a named-entity tagger and score it", "COMMAND [OPTIONS] ..."),
    "uk-tag-export": ("make model files of uk-tag", "[OPTIONS] CHECKPOINT [MODEL.onnx]"),
}


def man_page(
    command: click.Command,
    program: str,
    version: str,
    summary: str,
    *,
    introduction: str = "",
    synopsis: str = "[OPTIONS] [FILE]...",
    sections: Mapping[str, str] | None = None,
    examples: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the manual page of a program in roff, for man(1). Commands of a group have a section each.

    :param command: the command whose options are listed.
    :param program: its name.
    :param summary: what it does, in some words.
    :param introduction: paragraphs; by default those of the command's help.
    :param sections: further sections, as they are, by title.
    :param examples: (description, command).
    """
    now = int(os.environ.get("SOURCE_DATE_EPOCH") or datetime.now(UTC).timestamp())
    date = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d")
    lines = [
        f'.TH {program.upper()} 1 "{date}" "uk-tag {version}" "User Commands"',
        ".SH NAME",
        rf"{_roff(program)} \- {_roff(summary)}",
        ".SH SYNOPSIS",
        f".B {_roff(program)}",
        _roff(synopsis),
        ".SH DESCRIPTION",
        *_paragraphs(introduction or command.help or ""),
    ]
    lines += [".SH OPTIONS", *_options(command, program)]
    for path, member in _members(command, program):
        lines += [f".SH {_roff(path.upper())}", *_paragraphs(member.help or ""), *_options(member, path)]
    for title, text in (sections or {}).items():
        lines += [f".SH {title.upper()}", ".nf", _roff(text), ".fi"]
    if examples:
        lines.append(".SH EXAMPLES")
        lines += [f".PP\n{_roff(title)}:\n.PP\n.nf\n.RS\n{_roff(text)}\n.RE\n.fi" for title, text in examples]
    return "\n".join(lines) + "\n"


def help_page(command: click.Command, program: str, version: str) -> str:
    """Return the manual page of one of PAGES."""
    summary, synopsis = PAGES[program]
    return man_page(command, program, version, summary, synopsis=synopsis)


def completion(command: click.Command, program: str, shell: str) -> str:
    """Return the completion script of a shell, one of SHELLS."""
    from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

    classes = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
    variable = f"_{program.replace('-', '_').upper()}_COMPLETE"
    # not the method of BashComplete, which starts the bash of this machine to look at its version
    return ShellComplete.source(classes[shell](command, {}, program, variable))


def install_paths(program: str) -> dict[str, Path]:
    """Return where man and the shells look for the files of a program, below the prefix of the system."""
    return {
        "man": Path("share/man/man1") / f"{program}.1",
        "bash": Path("share/bash-completion/completions") / program,
        "zsh": Path("share/zsh/site-functions") / f"_{program}",
        "fish": Path("share/fish/vendor_completions.d") / f"{program}.fish",
    }


def _members(command: click.Command, path: str) -> list[tuple[str, click.Command]]:
    found = []
    for name, member in (command.commands if isinstance(command, click.Group) else {}).items():
        if not member.hidden:
            found += [(f"{path} {name}", member), *_members(member, f"{path} {name}")]
    return found


def _options(command: click.Command, path: str) -> list[str]:
    context = click.Context(command, info_name=path)
    lines = []
    for parameter in command.get_params(context):
        if record := parameter.get_help_record(context):
            lines += [".TP", f".B {_roff(record[0])}", _roff(record[1])]
    return lines


def _paragraphs(text: str) -> list[str]:
    """Return paragraphs, which are filled unless they begin with click's mark for those that are not."""
    lines = []
    for paragraph in cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b\n"):
            lines.append(f".nf\n{_roff(paragraph[2:])}\n.fi\n.PP")
        else:
            lines.append(_roff(paragraph) + "\n.PP")
    return lines


def _roff(text: str) -> str:
    text = text.replace("\\", r"\e").replace("-", r"\-")
    text = re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)
    return re.sub(r"[^\x00-\x7f]", lambda found: rf"\[u{ord(found[0]):04X}]", text)  # groff reads Latin-1
