"""What a checkpoint says of those it came from."""

import json

from tagger.train.data.provenance import averaging, describe_steps, provenance

FIRST = {
    "data": {"sources": ["a.conll"], "soft": ["s1"]},
    "training": {"loop": {"rate": 0.002, "epochs": 4}, "versions": {"torch": "2"}},
}
SECOND = {
    "data": {"sources": ["a.conll"], "soft": []},
    "training": {"loop": {"rate": 0.001, "epochs": 4, "seed": 1}, "versions": {"torch": "2"}},
}
THIRD = {
    "data": {"sources": ["a.conll"], "soft": ["s2"]},
    "training": {"loop": {"rate": 0.002, "epochs": 2}, "versions": {"torch": "2"}},
}


def origin(checkpoint, *before):
    """Data and training, as `fit --start` writes them."""
    return {**checkpoint["data"], **(provenance(before) if before else {})}, checkpoint["training"]


def mean(*parts):
    """Data and training of a mean in equal shares."""
    data = {**FIRST["data"], **provenance(parts)}
    return data, averaging(data["from"], [1 / len(parts)] * len(parts))


def old(data, training, start):
    """As `fit --start` wrote them up to version 0.7."""
    return {**data, "start": {"data": start[0], "training": start[1]}}, training


def old_mean(*parts):
    """As `average` wrote them up to version 0.7: the first one's data, and all that is behind it, once more."""
    share = 1 / len(parts)
    return {**parts[0][0], "mean": [data for data, _ in parts]}, {
        f"{i} of {len(parts)}, share {share:g}": own for i, (_, own) in enumerate(parts, 1)
    }


def test_a_step_stands_once_however_many_ways_lead_to_it():
    first = origin(FIRST)
    parts = [origin(SECOND, first), origin(THIRD, first)]
    both = mean(*parts)
    for _ in range(10):  # each is the mean of two that begin with the one before
        both = mean(origin(SECOND, both), origin(THIRD, both))
    steps = provenance([both])["lineage"]
    assert len(steps) == 1 + 3 + 10 * 3
    assert len(json.dumps(steps)) < 400 * len(steps)
    known = set()
    for key, step in steps.items():  # the earlier ones first
        assert set(step["from"]) <= known
        known.add(key)


def test_what_older_versions_wrote_is_the_same_lineage():
    first, old_first = origin(FIRST), (FIRST["data"], FIRST["training"])
    new = mean(origin(SECOND, first), origin(THIRD, first))
    former = old_mean(old(**SECOND, start=old_first), old(**THIRD, start=old_first))
    new_steps, old_steps = (list(provenance([made])["lineage"].items()) for made in (new, former))
    assert new_steps[:3] == old_steps[:3]
    for (_, made), (_, was) in zip(new_steps[3:], old_steps[3:], strict=True):
        assert made["from"] == was["from"] and made["training"] == was["training"]
    (key, step), *_ = list(provenance([origin(THIRD, former)])["lineage"].items())[::-1]
    assert step["from"] == [old_steps[-1][0]] and key != old_steps[-1][0]


def test_people_are_told_what_changed_from_step_to_step():
    first = origin(FIRST)
    both = mean(first, origin(SECOND, first))
    rows = describe_steps(provenance([origin(THIRD, both)])["lineage"])
    assert rows == [
        ("Step 1", '`{"loop.rate": 0.002, "loop.epochs": 4, "versions.torch": "2"}`'),
        ("Step 2, from 1", '`{"loop.rate": 0.001, "loop.seed": 1}`'),
        ("Step 3", "the mean of the weights of 1 (0.5), 2 (0.5)"),
        ("Step 4, from 3", '`{"loop.epochs": 2}`'),
    ]


def test_people_are_told_what_is_gone_from_step_to_step():
    first = {}, {"data": {"mapping": {"ART": "MISC"}}, "loop": {"guidance": 1.0}}
    rows = describe_steps(provenance([({**provenance([first])}, {"data": {"mapping": {}}, "loop": {}})])["lineage"])
    assert rows[1] == (
        "Step 2, from 1",
        '`{"data.mapping": {}, "loop": {}, "data.mapping.ART": null, "data.hidden_state_weight": null}`',
    )


def test_models_of_which_nothing_is_known():
    assert describe_steps(provenance([({}, {})])["lineage"]) == [("Step 1", "`{}`")]


def test_an_option_is_the_same_under_its_old_names():
    options = [{"loop": {"guidance": 0.5}}, {"data": {"guidance": 0.5}}, {"data": {"hidden_state_weight": 0.7}}]
    first = {}, options[0]
    second = {**provenance([first])}, options[1]
    steps = provenance([({**provenance([second])}, options[2])])["lineage"]
    assert [text for _, text in describe_steps(steps)] == [
        '`{"data.hidden_state_weight": 0.5}`',
        "`{}`",
        '`{"data.hidden_state_weight": 0.7}`',
    ]
