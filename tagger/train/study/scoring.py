"""Both metrics of a network or of a model file on documents, and all that tables and plots show of them."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from tagger.inference.viterbi import viterbi_padded
from tagger.train.data.corpus import Document
from tagger.train.data.sources import all_sentences
from tagger.train.evaluation.metrics import score
from tagger.train.evaluation.subsets import Subset, by_length, by_seen, name_counts
from tagger.train.student.batches import batches
from tagger.train.student.dataset import Arrays
from tagger.train.student.network import Network
from tagger.train.study.original import sentence_means

BATCH = 64  # sentences
DIGITS = 5  # of values in records


@dataclass(slots=True)
class Prediction:
    """The best legal tags of each sentence, in the order of the corpus, and the mean loss of a token."""

    tags: list[list[str]]
    loss: float


def predict(network: Network, arrays: Arrays, tags: Sequence[str]) -> Prediction:
    """Tag a numbered corpus, without dropout. The loss is that of the CRF if there is one, otherwise cross-entropy."""
    device = network.output.weight.device
    transitions = network.chain.transitions()
    order = np.argsort(arrays.lengths, kind="stable")
    plan = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    found: list[list[str]] = [[]] * len(order)
    loss = 0.0
    was_training = network.training
    network.eval()
    with torch.inference_mode():
        for chosen, cpu_batch in zip(plan, batches(arrays, plan), strict=True):
            batch = cpu_batch.to(device)
            emissions = network(batch.features, batch.index, batch.lengths)
            if network.settings.output == "crf":
                loss += network.chain.negative_log_likelihood(emissions, batch.tags, batch.lengths).sum().item()
            else:
                inside = torch.arange(len(batch.index), device=device)[:, None] < batch.lengths
                losses = F.cross_entropy(emissions.flatten(0, 1), batch.tags.flatten(), reduction="none")
                loss += (losses.view_as(inside) * inside).sum().item()
            lengths = arrays.lengths[chosen]
            paths = viterbi_padded(emissions.float().cpu().numpy(), lengths, transitions)
            for column, (sentence, length) in enumerate(zip(chosen, lengths, strict=True)):
                found[sentence] = [tags[number] for number in paths[:length, column]]
    network.train(was_training)
    return Prediction(found, loss / len(arrays.words))


def brief(gold: Sequence[Sequence[str]], prediction: Prediction, tags: Sequence[str]) -> dict[str, float]:
    """Return the values of a part for an epoch's record: loss and both metrics."""
    f1, mean_f1 = score(gold, prediction.tags).micro.f1, sentence_means(gold, prediction.tags, tags).mean_f1
    values: dict[str, float] = rounded({"loss": prediction.loss, "f1": f1, "mean_f1": mean_f1})
    return values


def in_full(
    documents: Sequence[Document],
    predicted: Sequence[Sequence[str]],
    tags: Sequence[str],
    names: Sequence[Document],
    stratum: str,
) -> dict[str, Any]:
    """Return all that the report shows of predicted tags, JSON types only.

    :param names: documents whose names count as seen.
    :param stratum: unit of the bootstrap: `documents`, or `sentences` if documents are not known.
    """
    sentences = all_sentences(documents)
    gold, tokens = [sentence.tags for sentence in sentences], [sentence.tokens for sentence in sentences]
    owners: Sequence[Hashable] = range(len(sentences))
    if stratum == "documents":
        owners = [document.name for document in documents for _ in document.sentences]
    whole = Subset(gold, predicted, owners)
    report, (low, high) = whole.report(), whole.interval()
    known = all_sentences(names)
    seen = name_counts([sentence.tokens for sentence in known], [sentence.tags for sentence in known])
    confusion = sorted(report.confusion.items())
    content = {
        "f1": report.micro.f1,
        "precision": report.micro.precision,
        "recall": report.micro.recall,
        "low": low,
        "high": high,
        "stratum": stratum,
        "classes": {label: counts.as_dict() for label, counts in sorted(report.classes.items())},
        "confusion": {f"{true} > {guess}": count for (true, guess), count in confusion},
        "by_length": {name: own.report().micro.as_dict() for name, own in by_length(whole).items()},
        "by_seen": {name: own.report().micro.as_dict() for name, own in by_seen(whole, tokens, seen).items()},
        **sentence_means(gold, predicted, tags).as_dict(),
    }
    full: dict[str, Any] = rounded(content)
    return full


def rounded(content: Any) -> Any:
    """Round every float to :data:`DIGITS` decimals."""
    if isinstance(content, Mapping):
        return {key: rounded(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [rounded(value) for value in content]
    return round(content, DIGITS) if isinstance(content, float) else content


def gold_of(documents: Sequence[Document]) -> Iterator[tuple[str, ...]]:
    """Yield the gold tags of each sentence."""
    return (sentence.tags for sentence in all_sentences(documents))
