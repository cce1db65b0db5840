"""Recipes as TOML files: which corpora a model is made of, and the commands that make it, in stages.

A recipe has a table `corpora`, file names with where each is from; a table `values`, texts by name; and a list `stage`
of tables:

- `name`;
- `run`, command lines of `uk-tag-train` and `uk-tag-export`, run in the work folder. `{data}` is the folder of the
  corpora, `{compute}` the options that say where to compute, and `{NAME}` a text of `values`;
- `makes`, the files that the stage leaves in the work folder.

`extends` names another recipe whose stages come first, up to and including the one that `until` names.
"""

import re
import shlex
import tomllib
from dataclasses import dataclass, field
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

from tagger.errors import DataError

PROGRAMS = ("uk-tag-train", "uk-tag-export")
PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a recipe.

    :param commands: words of each command line, placeholders as they are written.
    :param makes: files, relative to the work folder.
    """

    name: str
    commands: tuple[tuple[str, ...], ...]
    makes: tuple[str, ...]

    @property
    def words(self) -> set[str]:
        """All words of its commands, also those of the form `--option=word`."""
        return {part for command in self.commands for word in command for part in (word, word.partition("=")[2])}


@dataclass(frozen=True, slots=True)
class Recipe:
    """Stages in the order in which they run.

    :param corpora: where each file of the folder of corpora is from, by name.
    """

    name: str
    stages: tuple[Stage, ...]
    corpora: dict[str, str] = field(default_factory=dict)

    def corpora_of(self, stage: Stage) -> list[str]:
        """Return the names of the corpora that a stage reads."""
        return [name for name in self.corpora if any(f"{{data}}/{name}" in word for word in stage.words)]

    def needed_by(self, stage: Stage) -> list[Stage]:
        """Return the earlier stages that made a file that a stage reads."""
        earlier = self.stages[: self.stages.index(stage)]
        return [own for own in earlier if set(own.makes) & stage.words]


def shipped() -> list[str]:
    """Return the names of the recipes of the package."""
    folder = resources(__package__) / "recipes"
    return sorted(path.name.removesuffix(".toml") for path in folder.iterdir() if path.name.endswith(".toml"))


def read_recipe(name: str) -> Recipe:
    """Read a recipe.

    :param name: a TOML file, or the name of a recipe of the package.
    :raises DataError: there is no such recipe, or it has a fault.
    """
    path = Path(name) if name.endswith(".toml") else Path(str(resources(__package__) / "recipes" / f"{name}.toml"))
    if not path.exists() and not name.endswith(".toml"):
        raise DataError(f"there is no recipe {name!r}; give a .toml file, or one of {', '.join(shipped())}")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"not TOML: {error}; correct it", path=str(path)) from None
    before: tuple[Stage, ...] = ()
    corpora: dict[str, str] = {}
    if "extends" in content:
        base = content["extends"]
        other = read_recipe(str(path.parent / base) if str(base).endswith(".toml") else str(base))
        names = [stage.name for stage in other.stages]
        if content.get("until") not in names:
            raise _fault(path, f"`until` must name the last stage to take of {base}: one of {', '.join(names)}")
        before = other.stages[: names.index(content["until"]) + 1]
        corpora |= other.corpora
    corpora |= {str(own): str(origin) for own, origin in content.get("corpora", {}).items()}
    values = {str(own): str(text) for own, text in content.get("values", {}).items()}
    stages = [*before, *(_stage(path, entry, values) for entry in content.get("stage", []))]
    if not stages:
        raise _fault(path, "it has no [[stage]]")
    if len({stage.name for stage in stages}) < len(stages):
        raise _fault(path, "two stages have the same name")
    recipe = Recipe(path.stem, tuple(stages), corpora)
    _check_words(path, recipe)
    return recipe


def _stage(path: Path, entry: dict[str, Any], values: dict[str, str]) -> Stage:
    name, run, makes = entry.get("name"), _texts(entry.get("run")), _texts(entry.get("makes"))
    if not (isinstance(name, str) and run and makes) or set(entry) - {"name", "run", "makes"}:
        raise _fault(path, f"stage {name or '?'}: write name = TEXT, run = [COMMAND, ...] and makes = [FILE, ...]")
    try:
        lines = [PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), line) for line in run]
        commands = tuple(tuple(shlex.split(line)) for line in lines)
    except ValueError as error:
        raise _fault(path, f"stage {name}: {error}") from None
    for command in commands:
        if not command or command[0] not in PROGRAMS:
            raise _fault(path, f"stage {name}: a command must begin with {' or '.join(PROGRAMS)}")
    return Stage(name, commands, tuple(makes))


def _texts(value: object) -> list[str]:
    """Return a list of texts; empty if the value is anything else."""
    return value if isinstance(value, list) and all(isinstance(own, str) for own in value) else []


def _check_words(path: Path, recipe: Recipe) -> None:
    for stage in recipe.stages:
        text = " ".join(stage.words)
        if unknown := {own for own in PLACEHOLDER.findall(text) if own not in ("data", "compute")}:
            raise _fault(path, f"stage {stage.name}: unknown {{{min(unknown)}}}; name it in [values]")
        for own in re.findall(r"\{data\}/([^\s,]+)", text):
            if own not in recipe.corpora:
                raise _fault(path, f"stage {stage.name}: {own} is not among the corpora")


def _fault(path: Path, message: str) -> DataError:
    return DataError(f"{message}; correct the recipe", path=str(path))
