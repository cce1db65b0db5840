"""Where a checkpoint comes from: each training and mean behind it once, however many ways lead back to it, as they do from means of what began alike."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

DIGITS = 12  # of a key, hexadecimal: there are tens of steps, not millions


def behind(origins: Iterable[tuple[Mapping, Mapping]]) -> dict[str, Any]:
    """What a checkpoint's data says of the checkpoints that it was made of.

    :param origins: `data` and `training` of each, as in :class:`tagger.train.student.checkpoint.Checkpoint`.
    :returns: `from`, the key of each, and `lineage`: by key all steps that led to them and they themselves, the earlier ones first. A step has `data`,
        `training` and `from`.
    """
    steps: dict[str, dict] = {}
    keys = [_add(data, training, steps) for data, training in origins]
    return {"from": keys, "lineage": steps}


def _add(data: Mapping, training: Mapping, steps: dict[str, dict]) -> str:
    """Put a checkpoint, and all behind it, among the steps; its key."""
    keys = list(data.get("from", []))
    steps.update({key: step for key, step in data.get("lineage", {}).items() if key not in steps})
    if "mean" in data:  # up to version 0.7 what was behind a checkpoint stood in it whole, in a mean once for each of its parts
        shares = [float(name.rsplit(" ", 1)[1]) for name in training]
        keys = [_add(part, own, steps) for part, own in zip(data["mean"], training.values(), strict=True)]
        training = mean_of(keys, shares)
    elif "start" in data:
        keys = [_add(data["start"]["data"], data["start"]["training"], steps)]
    step = {"data": own_data(data), "training": dict(training), "from": keys}
    key = hashlib.sha256(json.dumps(step, sort_keys=True).encode()).hexdigest()[:DIGITS]
    steps.setdefault(key, step)
    return key


def own_data(data: Mapping) -> dict[str, Any]:
    """A checkpoint's data but for what it says of others."""
    return {name: value for name, value in data.items() if name not in ("from", "lineage", "mean", "start")}


def mean_of(keys: Iterable[str], shares: Iterable[float]) -> dict[str, Any]:
    """The `training` of a mean of weights, given the keys and shares of its parts."""
    return {"mean": [[key, share] for key, share in zip(keys, shares, strict=True)]}


def told(steps: Mapping[str, Mapping]) -> list[tuple[str, str]]:
    """The steps of a lineage for people to read: the name of each, and its options, or what differs in them from those of the step that it begins with.

    An option that only the latter has is null.
    """
    numbers = {key: number for number, key in enumerate(steps, 1)}
    found = []
    for key, step in steps.items():
        if "mean" in step["training"]:
            parts = (f"{numbers[part]} ({share:g})" for part, share in step["training"]["mean"])
            found.append((f"Step {numbers[key]}", f"the mean of the weights of {', '.join(parts)}"))
            continue
        options = _flat(step["training"])
        before = next(iter(step["from"]), None)
        began = _flat(_trained(steps, before)) if before else {}
        name = f"Step {numbers[key]}" + (f", from {numbers[before]}" if before else "")
        changed = {option: value for option, value in options.items() if option not in began or began[option] != value}
        changed |= dict.fromkeys(option for option in began if option not in options)
        found.append((name, f"`{json.dumps(changed, ensure_ascii=False)}`"))
    return found


def _trained(steps: Mapping[str, Mapping], key: str) -> Mapping:
    """The options of a step, or of the first part of a mean."""
    while "mean" in steps[key]["training"]:
        key = steps[key]["from"][0]
    return steps[key]["training"]


def _flat(options: Mapping, prefix: str = "") -> dict[str, Any]:
    """Options within options by their names with dots between."""
    found: dict[str, Any] = {}
    for name, value in options.items():
        found |= _flat(value, f"{prefix}{name}.") if value and isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return found
