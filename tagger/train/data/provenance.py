"""Provenance of a checkpoint: all trainings and averages that led to it, each listed once."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

DIGITS = 12  # of a key, hexadecimal: there are tens of steps, not millions
# Options that were renamed, so that steps of old and new versions can be compared.
RENAMED = {"data.guidance": "data.hidden_state_weight", "loop.guidance": "data.hidden_state_weight"}


def provenance(origins: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> dict[str, Any]:
    """Collect what a checkpoint's data says about the checkpoints that it was made from.

    :param origins: `data` and `training` of each, see :class:`tagger.train.student.checkpoint.Checkpoint`.
    :returns: `from`, the keys of the origins, and `lineage`: all steps by key, origins included, the earlier ones
        first. A step has `data`, `training` and `from`.
    """
    steps: dict[str, dict[str, Any]] = {}
    keys = [_add(data, training, steps) for data, training in origins]
    return {"from": keys, "lineage": steps}


def _add(data: Mapping[str, Any], training: Mapping[str, Any], steps: dict[str, dict[str, Any]]) -> str:
    """Add a checkpoint and all that led to it to the steps; return its key."""
    keys = list(data.get("from", []))
    steps.update({key: step for key, step in data.get("lineage", {}).items() if key not in steps})
    # until 0.7 a checkpoint embedded the full record of its parents; an average embedded one copy per parent
    if "mean" in data:
        weights = [float(name.rsplit(" ", 1)[1]) for name in training]
        keys = [_add(part, own, steps) for part, own in zip(data["mean"], training.values(), strict=True)]
        training = averaging(keys, weights)
    elif "start" in data:
        keys = [_add(data["start"]["data"], data["start"]["training"], steps)]
    step = {"data": own_data(data), "training": dict(training), "from": keys}
    key = hashlib.sha256(json.dumps(step, sort_keys=True).encode()).hexdigest()[:DIGITS]
    steps.setdefault(key, step)
    return key


def own_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a checkpoint's data without the provenance in it."""
    return {name: value for name, value in data.items() if name not in ("from", "lineage", "mean", "start")}


def averaging(keys: Iterable[str], weights: Iterable[float]) -> dict[str, Any]:
    """Return the `training` of an average, given the keys and weights of its parts."""
    return {"mean": [[key, weight] for key, weight in zip(keys, weights, strict=True)]}


def describe_steps(steps: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Describe the steps for reading: the name and the options of each.

    A step that starts from another one has only the options that differ.

    An option that only the earlier step has is null.
    """
    numbers = {key: number for number, key in enumerate(steps, 1)}
    described = []
    for key, step in steps.items():
        if "mean" in step["training"]:
            parts = (f"{numbers[part]} ({weight:g})" for part, weight in step["training"]["mean"])
            described.append((f"Step {numbers[key]}", f"the mean of the weights of {', '.join(parts)}"))
            continue
        options = _flat(step["training"])
        before = next(iter(step["from"]), None)
        began = _flat(_trained(steps, before)) if before else {}
        name = f"Step {numbers[key]}" + (f", from {numbers[before]}" if before else "")
        changed = {option: value for option, value in options.items() if option not in began or began[option] != value}
        changed |= dict.fromkeys(option for option in began if option not in options)
        described.append((name, f"`{json.dumps(changed, ensure_ascii=False)}`"))
    return described


def _trained(steps: Mapping[str, Mapping[str, Any]], key: str) -> Mapping[str, Any]:
    """Return the options of a training, or of the first part of an average."""
    while "mean" in steps[key]["training"]:
        key = steps[key]["from"][0]
    training: Mapping[str, Any] = steps[key]["training"]
    return training


def _flat(options: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Flatten nested options to names with dots, under their present names."""
    flat: dict[str, Any] = {}
    for name, value in options.items():
        full = f"{prefix}{name}"
        if value and isinstance(value, Mapping):
            flat |= _flat(value, f"{full}.")
        else:
            flat[RENAMED.get(full, full)] = value
    return flat
