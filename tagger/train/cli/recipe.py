"""uk-tag-train recipe: makes a model from corpora to shipped files, by a recipe."""

from pathlib import Path

import click

from tagger.train.cli.common import SETTINGS, options
from tagger.train.cli.common import timed_log as log

FOLDER = click.Path(file_okay=False, path_type=Path)

recipe_options = options(
    click.argument("name", metavar="RECIPE"),
    click.option("-o", "--output", "folder", required=True, type=FOLDER, help="The work folder."),
    click.option("--data", required=True, type=FOLDER, help="Folder of the corpora."),
)


@click.group(context_settings=SETTINGS)
def recipe() -> None:
    """Make a model by a recipe: a list of stages from corpora to model files and their card.

    RECIPE is a name (uk-ner, uk-ner-small, uk-ner-13) or a TOML file.

    \b
        uk-tag-train recipe plan uk-ner --data corpora -o work
        uk-tag-train recipe run uk-ner --data corpora -o work --threads 2
    """


@recipe.command()
@recipe_options
@click.option("--until", metavar="STAGE", help="Stop after this stage.")
@click.option("--threads", type=click.IntRange(1), help="CPU threads. [default: torch's choice]")
@click.option("--device", default="cpu", help="cpu or cuda: where to train.")
def run(name: str, folder: Path, data: Path, until: str | None, threads: int | None, device: str) -> None:
    """Run the stages that are not done.

    What is done is skipped; what was stopped goes on. A stage is done again if its commands, or data that it reads, are
    others than before.
    """
    from tagger.train.recipe.run import Run
    from tagger.train.recipe.stages import read_recipe

    own = read_recipe(name)
    names = [stage.name for stage in own.stages]
    if until and until not in names:
        raise click.UsageError(f"--until: the stages are {', '.join(names)}")
    stages = own.stages[: names.index(until) + 1] if until else own.stages
    compute = ["--device", device] + (["--threads", str(threads)] if threads else [])
    made = Run(own, folder, data, compute)
    made.check(stages)
    for stage in stages:
        if made.is_done(stage):
            log(f"{stage.name}: done before")
            continue
        made.run(stage, log)
        log(f"{stage.name}: done in {made.record(stage).seconds:.0f} s")


@recipe.command()
@recipe_options
def plan(name: str, folder: Path, data: Path) -> None:
    """List the stages: done or not, the time that they took, and the files that they make."""
    from tagger.train.recipe.run import Run
    from tagger.train.recipe.stages import read_recipe

    own = read_recipe(name)
    made = Run(own, folder, data)
    made.check(own.stages)
    total = 0.0
    for number, stage in enumerate(own.stages, 1):
        record = made.record(stage)
        done = f"{record.commands_done}/{len(stage.commands)} commands" if record.commands_done else "to do"
        state = "done" if made.is_done(stage) else done
        total += record.seconds
        click.echo(f"{number:2} {stage.name:12} {state:14} {_time(record.seconds):>9}  {', '.join(stage.makes)}")
    click.echo(f"   {'all':27} {_time(total):>9}")


def _time(seconds: float) -> str:
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"
