"""The report's conclusion and findings in words, from the figures; what was not measured is left out."""

from itertools import pairwise
from statistics import mean
from typing import Any

from tagger.train.study.original import PARAMETERS, RUNS, SAME_EPOCH, SAME_FIGURES, SAVED_MODEL
from tagger.train.study.recipes import BY_SENTENCE, SHORT
from tagger.train.study.tables import number, way_of
from tagger.train.study.view import Row, View, overlap

LIKE = 0.005  # scores of the original's metric that differ less than this are called alike


def lines(view: View) -> list[str]:
    """Return the five lines of the conclusion."""
    return [metric(view), cells(view), settings(view), cut(view), choice(view)]


def metric(view: View) -> str:
    """Say what the original's metric can tell."""
    if "bounds" not in view.facts:
        return "The metric: the hub form was not given, so its bounds are not known."
    pool, test = view.facts["bounds"]["whole pool"], view.facts["bounds"]["test"]
    saved = SAVED_MODEL["mean_f1"]
    against = "no better than" if saved <= test["outside"]["mean_f1"] + LIKE else "better than"
    best = max(figures["test_f1"] for figures in RUNS.values() if "test_f1" in figures)
    return (
        f"**The metric.** The original's mean F1 runs from {pool['outside']['mean_f1']:.3f} (nothing tagged) to "
        f"{pool['perfect']['mean_f1']:.3f} "
        f"(all right), "
        f"not from 0 to 1: its saved model, at {saved:.3f}, is {against} tagging nothing, and its best run, at "
        f"{best:.3f}, went "
        f"{way_of(best, view.facts):.0%} of the way."
    )


def cells(view: View) -> str:
    """Compare the cells."""
    done = sorted(view.done("cells"), key=Row.score, reverse=True)
    if len(done) < len(PARAMETERS):
        return "**The cell.** Not all of RNN, GRU and LSTM were run."
    scores = ", ".join(f"{row.label} {row.score():.3f}" for row in done)
    first, second, last = done[0], done[1], done[-1]
    if overlap(first, last):
        verdict = "all three intervals overlap, so these runs give no reason to choose by the cell"
    elif overlap(first, second):
        verdict = (
            f"{first.label} and {second.label} overlap in their intervals, and {last.label} is behind {first.label}"
        )
    else:
        verdict = f"{first.label} is ahead of both others beyond their intervals"
    count = min(len(row.scores()) for row in done)
    return (
        f"**The cell.** In strict F1 on the hub form's test part: "
        f"{scores}{f' (means of {count} seeds)' if count > 1 else ''}; {verdict}."
    )


def settings(view: View) -> str:
    """Compare schedules, batch, depth and width."""
    done = view.done("schedules", "batch", "depth and width")
    if len(done) < 2:
        return "**Schedule, batch, depth, width.** Not run."
    best, worst = max(done, key=Row.score), min(done, key=Row.score)
    order = "within" if overlap(best, worst) else "beyond"
    disagreeing, pairs = disagreements(done)
    return (
        f"**Schedule, batch, depth, width.** Strict F1 goes from {worst.score():.3f} ({worst.label}) to "
        f"{best.score():.3f} ({best.label}) over "
        f"{len(done)} settings, "
        f"{order} their intervals; the original's metric orders {disagreeing} of {pairs} pairs of these runs the "
        f"other way round "
        f"than strict F1."
    )


def disagreements(rows: list[Row]) -> tuple[int, int]:
    """Count the pairs of runs that the two metrics order differently on the test part, and all pairs."""
    pairs = [(one, other) for number, one in enumerate(rows) for other in rows[:number]]
    signs = [(one.score() - other.score()) * (one.score("mean_f1") - other.score("mean_f1")) for one, other in pairs]
    return sum(sign < 0 for sign in signs), len(pairs)


def cut(view: View) -> str:
    """Say what a random split by sentence does."""
    leaks = [view.facts[name] for name in ("hub_leak", "documents_leak") if name in view.facts]
    if len(leaks) < 2:
        return "**The cut.** Either the hub form or the standard split was not given."
    by_sentence, by_document = (f"{found['seen_names']:.0%}" for found in leaks)
    text = (
        f"**The cut.** Cut by sentence, {by_sentence} of the test part's names stand in training; cut by document, "
        f"{by_document}."
    )
    hub, documents = view.row(BY_SENTENCE), view.row("ladder-original")
    if hub and documents:
        change = hub.score() - documents.score()
        tokens = " and ".join(f"{row.done()['data']['training']['tokens']:,}" for row in (hub, documents))
        verdict = f"{change:.3f} less" if change > 0 else f"{-change:.3f} more"
        text = (
            f"{text[:-1]}; the original's recipe ({tokens} training tokens) scores {hub.score():.3f} on the one and "
            f"{verdict}, "
        )
        text += f"{documents.score():.3f}, on the other."
    return text


def choice(view: View) -> str:
    """Say which tagger a reader should use."""
    done = view.done("ladder")
    ships, original = view.row("ladder-ships"), view.row("ladder-original")
    if not ships or not original:
        return "**The choice.** The ladder was not run from the original's recipe to what ships."
    trained = [row for row in done if row is not ships]
    gains = [(row.score() - above.score(), row) for above, row in pairwise(trained)]
    low, high = ships.interval
    text = (
        f"**The choice.** On documents never seen, the original's recipe reaches {original.score():.3f} and what "
        f"ships {ships.score():.3f} "
        f"({low:.3f}–{high:.3f})"
    )
    if gains:
        gain, row = max(gains, key=lambda found: found[0])
        step = (
            "no step between them that was trained here gains anything"
            if gain <= 0
            else f"the largest step trained here is {SHORT[row.name]} ({gain:+.3f})"
        )
        text += f"; {step}"
    best = max(trained, key=Row.score)
    ahead = ships.score() - best.score()
    text += f", and what ships is {abs(ahead):.3f} {'above' if ahead >= 0 else 'below'} the best of them"
    spread = [row.score() for row in view.done("cells")]
    if len(spread) > 1 and gains:
        average = mean(abs(gain) for gain, _ in gains)
        text += (
            f"; the choice among cells moves F1 by {max(spread) - min(spread):.3f}, the average step of the ladder by "
            f"{average:.3f}"
        )
    return text + "."


def findings(view: View) -> list[str]:
    """Return what the original's metric and data hid, as paragraphs in Markdown."""
    facts = view.facts
    found = []
    if "bounds" in facts:
        found += [of_metric(facts), of_saved_model(facts), of_class_counts(facts), of_vocabulary(facts)]
    if "hub_leak" in facts and "documents_leak" in facts:
        found.append(of_cut(facts))
    if "rates" in facts:
        found.append(of_schedules(facts))
    return found


def of_metric(facts: dict[str, Any]) -> str:
    """Describe the range of the metric."""
    pool, test = facts["bounds"]["whole pool"], facts["bounds"]["test"]
    best = max(figures["test_f1"] for figures in RUNS.values() if "test_f1" in figures)
    trained = RUNS["cells-lstm"]
    return (
        "**Its scale.** For each sentence, F1 is averaged over all nine tags, and a tag that a sentence does not "
        "have counts as 0. Few sentences "
        "have more than three, so on the "
        f"whole pool perfect tags score {pool['perfect']['mean_f1']:.3f} and `O` everywhere scores "
        f"{pool['outside']['mean_f1']:.3f}; on the test "
        f"part {test['perfect']['mean_f1']:.3f} and "
        f"{test['outside']['mean_f1']:.3f}. A training score of {trained['train_f1']:.3f} at a loss of "
        f"{trained['train_loss']:.4f} is therefore "
        f"this metric's ceiling "
        f"({facts['bounds']['train']['perfect']['mean_f1']:.3f} on all of training) and not a poor fit, and the best "
        f"test score, {best:.3f}, is "
        f"{way_of(best, facts):.0%} of the way."
    )


def of_saved_model(facts: dict[str, Any]) -> str:
    """Compare the saved model with tagging nothing."""
    saved, pool, test = (
        SAVED_MODEL,
        facts["bounds"]["whole pool"]["outside"],
        facts["bounds"]["test"]["outside"],
    )
    return (
        f"**Its saved model.** Reported: mean accuracy {saved['mean_accuracy']:.3f}, mean F1 {saved['mean_f1']:.3f}. "
        f"Tagging nothing gives a mean "
        f"accuracy of {pool['mean_accuracy']:.3f} "
        f"({pool['token_accuracy']:.3f} over tokens) and a mean F1 of {pool['mean_f1']:.3f} on the pool, "
        f"{test['mean_accuracy']:.3f} "
        f"({test['token_accuracy']:.3f}) and {test['mean_f1']:.3f} on the "
        f"test part: neither figure shows that it found a name. The later {saved['later_mean_f1']:.3f} does."
    )


def of_class_counts(facts: dict[str, Any]) -> str:
    """Describe the imbalance of the classes."""
    tags: dict[str, int] = {}
    for name, part in facts["parts"].items():
        if name.startswith("hub "):
            for tag, count in part["tags"].items():
                tags[tag] = tags.get(tag, 0) + count
    rarest = min(tags, key=lambda tag: tags[tag])
    total = sum(tags.values())
    return (
        f"**Its class counts.** The table of class counts numbered words, not tags. Of the pool's {total:,} tokens "
        f"{tags['O'] / total:.1%} are "
        f"`O`; the rarest tag, `{rarest}`, "
        f"has {tags[rarest]:,}, one for {tags['O'] / tags[rarest]:,.0f} of `O` (all counts are in the table of the "
        f"data)."
    )


def of_vocabulary(facts: dict[str, Any]) -> str:
    """Describe the vocabulary: it has words of the test part, and no unknown word."""
    text = (
        f"**Its vocabulary.** {number(facts['vocabulary'])} entries with the padding, built from all three parts: "
        f"{number(facts['outside_training'])} of them never occur in training, so their vectors "
        "stay as chance set them. There is no unknown word, so a text can be tagged only where all its words are in "
        "the table"
    )
    if new := facts.get("new_text"):
        text += (
            f": in the {number(new['sentences'])} sentences that NER-UK 2.0 added, {new['words_without_number']:.1%} "
            f"of the words have no entry, "
            f"and {new['sentences_in_full']:.1%} of the sentences could be tagged at all"
        )
    return text + "."


def of_cut(facts: dict[str, Any]) -> str:
    """Describe the random split by sentence."""
    hub, documents = facts["hub_leak"], facts["documents_leak"]
    return (
        f"**Its cut.** Sentences were dealt at random, so one document, and its names, is in training and in test: "
        f"{hub['seen_names']:.1%} of the "
        f"{number(hub['names'])} test names "
        f"stand in training as they are, against {documents['seen_names']:.1%} of {number(documents['names'])} where "
        f"the corpus is cut by "
        f"document; of the words within names "
        f"{hub['unseen_entity_words']:.1%} are new, against {documents['unseen_entity_words']:.1%}."
    )


def of_schedules(facts: dict[str, Any]) -> str:
    """Describe the three schedules with the same result."""
    figures = RUNS[SAME_FIGURES[0]]
    rates = facts["rates"]
    told = ", ".join(f"{rates[name]:.3g}" for name in SAME_FIGURES)
    text = (
        f"**Its schedules.** Cosine and the two of several steps report one best epoch, {SAME_EPOCH}, one mean F1, "
        f"{figures['test_f1']:.4f}, and one loss, {figures['test_loss']}. By these settings their rates in that epoch "
        f"are {told}"
    )
    if len(set(rates.values())) > 1:
        text += (
            ": runs that differ so do not agree to the last digit. Most likely no schedule had acted by then, and the "
            "rows are one run at a constant rate"
        )
    return text + "."
