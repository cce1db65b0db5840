"""The conclusion, five lines, each worded by what the figures say; a line whose runs are not done says that."""

from itertools import pairwise
from statistics import mean

from tagger.train.study import published
from tagger.train.study.ladder import BY_SENTENCE, SHORT
from tagger.train.study.tables import way_of
from tagger.train.study.view import Row, View, overlap

LIKE = 0.005  # two scores of the original's metric that are nearer than this are called like each other


def lines(view: View) -> list[str]:
    """The five lines."""
    return [metric(view), cells(view), settings(view), cut(view), choice(view)]


def metric(view: View) -> str:
    """What the original's metric can tell."""
    if "bounds" not in view.facts:
        return "The metric: the hub form was not given, so its bounds are not known."
    pool, test = view.facts["bounds"]["whole pool"], view.facts["bounds"]["test"]
    saved = published.SAVED_MODEL["mean_f1"]
    against = "no better than" if saved <= test["outside"]["mean_f1"] + LIKE else "better than"
    best = max(figures["test_f1"] for figures in published.RUNS.values() if "test_f1" in figures)
    return (
        f"**The metric.** The original's mean F1 runs from {pool['outside']['mean_f1']:.3f} (nothing tagged) to {pool['perfect']['mean_f1']:.3f} "
        f"(all right), "
        f"not from 0 to 1: its saved model, at {saved:.3f}, is {against} tagging nothing, and its best run, at {best:.3f}, went "
        f"{way_of(best, view.facts):.0%} of the way."
    )


def cells(view: View) -> str:
    """Which cell."""
    done = sorted(view.done("cells"), key=Row.score, reverse=True)
    if len(done) < len(published.PARAMETERS):
        return "**The cell.** Not all of RNN, GRU and LSTM were run."
    scores = ", ".join(f"{row.label} {row.score():.3f}" for row in done)
    first, second, last = done[0], done[1], done[-1]
    if overlap(first, last):
        verdict = "all three intervals overlap, so these runs give no reason to choose by the cell"
    elif overlap(first, second):
        verdict = f"{first.label} and {second.label} overlap in their intervals, and {last.label} is behind {first.label}"
    else:
        verdict = f"{first.label} is ahead of both others beyond their intervals"
    count = min(len(row.scores()) for row in done)
    return f"**The cell.** In strict F1 on the hub form's test part: {scores}{f' (means of {count} seeds)' if count > 1 else ''}; {verdict}."


def settings(view: View) -> str:
    """Schedules, batch, depth and width."""
    done = view.done("schedules", "batch", "depth and width")
    if len(done) < 2:
        return "**Schedule, batch, depth, width.** Not run."
    best, worst = max(done, key=Row.score), min(done, key=Row.score)
    order = "within" if overlap(best, worst) else "beyond"
    disagreeing, pairs = disagreements(done)
    return (
        f"**Schedule, batch, depth, width.** Strict F1 goes from {worst.score():.3f} ({worst.label}) to {best.score():.3f} ({best.label}) over "
        f"{len(done)} settings, "
        f"{order} their intervals; the original's metric orders {disagreeing} of {pairs} pairs of these runs the other way round "
        f"than strict F1."
    )


def disagreements(rows: list[Row]) -> tuple[int, int]:
    """Pairs of runs that the two metrics order differently on the test part, and all pairs."""
    pairs = [(one, other) for number, one in enumerate(rows) for other in rows[:number]]
    signs = [(one.score() - other.score()) * (one.score("mean_f1") - other.score("mean_f1")) for one, other in pairs]
    return sum(sign < 0 for sign in signs), len(pairs)


def cut(view: View) -> str:
    """What a random cut by sentence does."""
    leaks = [view.facts.get(name) for name in ("hub_leak", "documents_leak")]
    if None in leaks:
        return "**The cut.** Either the hub form or the standard split was not given."
    by_sentence, by_document = (f"{found['seen_names']:.0%}" for found in leaks)
    text = f"**The cut.** Cut by sentence, {by_sentence} of the test part's names stand in training; cut by document, {by_document}."
    hub, documents = view.row(BY_SENTENCE), view.row("ladder-original")
    if hub and documents:
        change = hub.score() - documents.score()
        tokens = " and ".join(f"{row.record['data']['training']['tokens']:,}" for row in (hub, documents))
        verdict = f"{change:.3f} less" if change > 0 else f"{-change:.3f} more"
        text = f"{text[:-1]}; the original's recipe ({tokens} training tokens) scores {hub.score():.3f} on the one and {verdict}, "
        text += f"{documents.score():.3f}, on the other."
    return text


def choice(view: View) -> str:
    """What a reader who needs a tagger should take."""
    done = view.done("ladder")
    ships, original = view.row("ladder-ships"), view.row("ladder-original")
    if not ships or not original:
        return "**The choice.** The ladder was not run from the original's recipe to what ships."
    trained = [row for row in done if row is not ships]
    gains = [(row.score() - above.score(), row) for above, row in pairwise(trained)]
    low, high = ships.interval
    text = (
        f"**The choice.** On documents never seen, the original's recipe reaches {original.score():.3f} and what ships {ships.score():.3f} "
        f"({low:.3f}–{high:.3f})"
    )
    if gains:
        gain, row = max(gains, key=lambda found: found[0])
        step = "no step between them that was trained here gains anything" if gain <= 0 else f"the largest step trained here is {SHORT[row.name]} ({gain:+.3f})"
        text += f"; {step}"
    best = max(trained, key=Row.score)
    ahead = ships.score() - best.score()
    text += f", and what ships is {abs(ahead):.3f} {'above' if ahead >= 0 else 'below'} the best of them"
    spread = [row.score() for row in view.done("cells")]
    if len(spread) > 1 and gains:
        step = mean(abs(gain) for gain, _ in gains)
        text += f"; the choice among cells moves F1 by {max(spread) - min(spread):.3f}, the average step of the ladder by {step:.3f}"
    return text + "."
