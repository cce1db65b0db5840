"""The block of metadata at the start of a card, by which the Hugging Face hub lists and filters models.

Source: <https://huggingface.co/docs/hub/model-cards#model-card-metadata>.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tagger.train.evaluation.metrics import Counts

# Names of licences on the hub, <https://huggingface.co/docs/hub/repositories-licenses>; others are "other" with a name.
LICENCES = re.compile(r"mit|apache-2\.0|bsd-[23]-clause|gpl-[23]\.0|cc0-1\.0|cc-by(-nc)?(-nd|-sa)?-[34]\.0")


def hub_block(name: str, about: Mapping[str, Any], scores: Sequence[tuple[str, Counts]]) -> str:
    """Write the block, in YAML, with the lines of `---` around it.

    :param name: of the model.
    :param about: the card in the model file.
    :param scores: the name of each data set, and the scores over all labels on it.
    """
    stated = str(about.get("licence", ""))
    licence = re.sub(r"\s+", "-", stated.strip().lower())
    lines = ["---", "language:", "- uk"]
    if LICENCES.fullmatch(licence):
        lines.append(f"license: {licence}")
    elif stated:
        lines += ["license: other", f"license_name: {_quoted(stated)}"]
    lines += ["library_name: uk-tag", "pipeline_tag: token-classification", "tags:"]
    lines += ["- named-entity-recognition", "- ner", "- onnx", "- ukrainian", "metrics:", "- precision", "- recall"]
    lines += ["- f1", "model-index:", f"- name: {_quoted(name)}", "  results:"]
    for data, counts in scores:
        lines += ["  - task:", "      type: token-classification", "      name: Named entity recognition"]
        lines += ["    dataset:", f"      name: {_quoted(data)}", f"      type: {_quoted(data)}", "    metrics:"]
        for kind in ("precision", "recall", "f1"):
            lines += [f"    - type: {kind}", f"      value: {getattr(counts, kind):.4f}"]
    return "\n".join([*lines, "---", "", ""])


def _quoted(text: str) -> str:
    """Return a string as YAML reads it: a string of JSON is one of YAML."""
    return json.dumps(text, ensure_ascii=False)
