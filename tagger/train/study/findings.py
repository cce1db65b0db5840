"""What the original's metric and data hid, each with the figures that show it; what was not measured is left out."""

from tagger.train.study import published
from tagger.train.study.tables import number, way_of
from tagger.train.study.view import View


def findings(view: View) -> list[str]:
    """Paragraphs, in Markdown."""
    facts = view.facts
    found = []
    if "bounds" in facts:
        found += [of_metric(facts), of_saved_model(facts), of_class_counts(facts), of_vocabulary(facts)]
    if "hub_leak" in facts and "documents_leak" in facts:
        found.append(of_cut(facts))
    if "rates" in facts:
        found.append(of_schedules(facts))
    return found


def of_metric(facts: dict) -> str:
    """The range of the metric."""
    pool, test = facts["bounds"]["whole pool"], facts["bounds"]["test"]
    best = max(figures["test_f1"] for figures in published.RUNS.values() if "test_f1" in figures)
    trained = published.RUNS["cells-lstm"]
    return (
        "**Its scale.** For each sentence, F1 is averaged over all nine tags, and a tag that a sentence does not have counts as 0. Few sentences "
        "have more than three, so on the "
        f"whole pool perfect tags score {pool['perfect']['mean_f1']:.3f} and `O` everywhere scores {pool['outside']['mean_f1']:.3f}; on the test "
        f"part {test['perfect']['mean_f1']:.3f} and "
        f"{test['outside']['mean_f1']:.3f}. A training score of {trained['train_f1']:.3f} at a loss of {trained['train_loss']:.4f} is therefore "
        f"this metric's ceiling "
        f"({facts['bounds']['train']['perfect']['mean_f1']:.3f} on all of training) and not a poor fit, and the best test score, {best:.3f}, is "
        f"{way_of(best, facts):.0%} of the way."
    )


def of_saved_model(facts: dict) -> str:
    """The saved model beside tagging nothing."""
    saved, pool, test = published.SAVED_MODEL, facts["bounds"]["whole pool"]["outside"], facts["bounds"]["test"]["outside"]
    return (
        f"**Its saved model.** Reported: mean accuracy {saved['mean_accuracy']:.3f}, mean F1 {saved['mean_f1']:.3f}. Tagging nothing gives a mean "
        f"accuracy of {pool['mean_accuracy']:.3f} "
        f"({pool['token_accuracy']:.3f} over tokens) and a mean F1 of {pool['mean_f1']:.3f} on the pool, {test['mean_accuracy']:.3f} "
        f"({test['token_accuracy']:.3f}) and {test['mean_f1']:.3f} on the "
        f"test part: neither figure shows that it found a name. The later {saved['later_mean_f1']:.3f} does."
    )


def of_class_counts(facts: dict) -> str:
    """The imbalance of the classes."""
    tags: dict[str, int] = {}
    for name, part in facts["parts"].items():
        if name.startswith("hub "):
            for tag, count in part["tags"].items():
                tags[tag] = tags.get(tag, 0) + count
    rarest = min(tags, key=tags.get)
    total = sum(tags.values())
    return (
        f"**Its class counts.** The table of class counts numbered words, not tags. Of the pool's {total:,} tokens {tags['O'] / total:.1%} are "
        f"`O`; the rarest tag, `{rarest}`, "
        f"has {tags[rarest]:,}, one for {tags['O'] / tags[rarest]:,.0f} of `O` (all counts are in the table of the data)."
    )


def of_vocabulary(facts: dict) -> str:
    """Words of the test part in the vocabulary, and no unknown word."""
    text = (
        f"**Its vocabulary.** {number(facts['vocabulary'])} entries with the padding, built from all three parts: "
        f"{number(facts['outside_training'])} of them never occur in training, so their vectors "
        "stay as chance set them. There is no unknown word, so a text can be tagged only where all its words are in the table"
    )
    if new := facts.get("new_text"):
        text += (
            f": in the {number(new['sentences'])} sentences that NER-UK 2.0 added, {new['words_without_number']:.1%} of the words have no entry, "
            f"and {new['sentences_in_full']:.1%} of the sentences could be tagged at all"
        )
    return text + "."


def of_cut(facts: dict) -> str:
    """The random cut by sentence."""
    hub, documents = facts["hub_leak"], facts["documents_leak"]
    return (
        f"**Its cut.** Sentences were dealt at random, so one document, and its names, is in training and in test: {hub['seen_names']:.1%} of the "
        f"{number(hub['names'])} test names "
        f"stand in training as they are, against {documents['seen_names']:.1%} of {number(documents['names'])} where the corpus is cut by "
        f"document; of the words within names "
        f"{hub['unseen_entity_words']:.1%} are new, against {documents['unseen_entity_words']:.1%}."
    )


def of_schedules(facts: dict) -> str:
    """Three schedules with one result."""
    figures = published.RUNS[published.SAME_FIGURES[0]]
    rates = facts["rates"]
    told = ", ".join(f"{rates[name]:.3g}" for name in published.SAME_FIGURES)
    text = (
        f"**Its schedules.** Cosine and the two of several steps report one best epoch, {published.SAME_EPOCH}, one mean F1, "
        f"{figures['test_f1']:.4f}, and one loss, {figures['test_loss']}. By these settings their rates in that epoch are {told}"
    )
    if len(set(rates.values())) > 1:
        text += ": runs that differ so do not agree to the last digit. Most likely no schedule had acted by then, and the rows are one run at a constant rate"
    return text + "."
