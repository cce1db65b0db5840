"""Broken or hostile model files with a correct digest."""

import json
import re
from collections.abc import Callable

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tagger.model_file import digest

DEEP = "[" * 100_000
SECRET = "secret.bin"  # a file beside the working directory, which no model may read


class Draft:
    """A model to modify: its graph, and its metadata as strings."""

    def __init__(self, content: bytes) -> None:
        self.model = onnx.load_from_string(content)
        self.texts = {entry.key: entry.value for entry in self.model.metadata_props if entry.key != digest.KEY}
        self.graph = self.model.graph

    def sealed(self) -> bytes:
        """Return the bytes of the file, with its digest."""
        helper.set_model_props(self.model, {**self.texts, digest.KEY: digest.PLACEHOLDER})
        return digest.seal(self.model.SerializeToString())

    def put(self, key: str, path: str, value: object) -> None:
        """Set a value in the JSON under a key.

        :param path: keys and indices, separated by commas.
        :param value: the value, or a string with its JSON.
        """
        whole = [json.loads(self.texts[key])]
        steps = [0, *(int(step) if step.isdigit() else step for step in path.split(",") if step)]
        own = whole
        for step in steps[:-1]:
            own = own[step]
        own[steps[-1]] = "<HERE>" if isinstance(value, str) else value
        text = json.dumps(whole[0])
        self.texts[key] = text.replace('"<HERE>"', value) if isinstance(value, str) else text

    def weights(self, name: str) -> TensorProto:
        """Return an initializer."""
        return next(tensor for tensor in self.graph.initializer if tensor.name == name)

    def store(self, name: str, values: np.ndarray) -> None:
        """Replace an initializer."""
        self.weights(name).CopyFrom(numpy_helper.from_array(values, name))

    def node(self, name: str) -> onnx.NodeProto:
        """Return a node."""
        return next(node for node in self.graph.node if node.name == name)

    def value(self, name: str) -> onnx.TypeProto.Tensor:
        """Return the declared type of an input or output."""
        return next(value for value in [*self.graph.input, *self.graph.output] if value.name == name).type.tensor_type


def reseal(content: bytes) -> bytes:
    """Return a file with the digest of its present content."""
    (field,) = re.finditer(digest.KEY.encode() + rb"[^0-9a-f]{1,8}([0-9a-f]{64})", content)
    start, end = field.span(1)
    return digest.seal(content[:start] + digest.PLACEHOLDER.encode() + content[end:])


def _json(key: str, path: str, *values: object) -> dict[str, Callable[[Draft], None]]:
    def spoil(value: object) -> Callable[[Draft], None]:
        return lambda draft: draft.put(key, path, value)

    return {f"{key},{path}={str(value)[:24]}": spoil(value) for value in values}


def _text(key: str, *values: str) -> dict[str, Callable[[Draft], None]]:
    def spoil(value: str) -> Callable[[Draft], None]:
        return lambda draft: draft.texts.update({key: value})

    return {f"{key}={value[:24]!r}": spoil(value) for value in values}


def _figure(name: str, value: float) -> Callable[[Draft], None]:
    def spoil(draft: Draft) -> None:
        figures = numpy_helper.to_array(draft.weights(name)).copy()
        figures.flat[-1] = value
        draft.store(name, figures)

    return spoil


def _shape(name: str, *shape: int) -> Callable[[Draft], None]:
    def spoil(draft: Draft) -> None:
        draft.weights(name).dims[:] = shape

    return spoil


def _external(draft: Draft) -> None:
    tensor = draft.weights("output.bias")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": f"../{SECRET}", "offset": "0", "length": str(4 * tensor.dims[0])}.items():
        tensor.external_data.add(key=key, value=value)


def _external_in_node(draft: Draft) -> None:
    tensor = onnx.TensorProto()
    tensor.CopyFrom(draft.weights("output.bias"))
    draft.graph.initializer.remove(draft.weights("output.bias"))
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=SECRET)
    draft.graph.node.insert(0, helper.make_node("Constant", [], ["output.bias"], value=tensor))


def _subgraph(draft: Draft) -> None:
    body = onnx.GraphProto(name="body")
    for _ in range(20):
        outer = onnx.GraphProto(name="body")
        outer.node.append(helper.make_node("If", ["x"], ["y"], then_branch=body, else_branch=onnx.GraphProto()))
        body = outer
    draft.graph.node.insert(
        0, helper.make_node("If", ["lengths"], ["y"], then_branch=body, else_branch=onnx.GraphProto())
    )


def _huge(draft: Draft) -> None:
    draft.graph.initializer.append(numpy_helper.from_array(np.array([1 << 40]), "many"))
    draft.graph.node.insert(0, helper.make_node("ConstantOfShape", ["many"], ["room"]))


def _wide_pad(draft: Draft) -> None:
    draft.graph.initializer.append(numpy_helper.from_array(np.array([0, 0, 0, 1 << 40]), "many"))
    draft.graph.initializer.append(numpy_helper.from_array(np.float32(0), "none"))
    draft.graph.node.insert(0, helper.make_node("Pad", ["vectors", "many", "none"], ["wide"]))
    draft.node("spread").input[0] = "wide"


def _known_by_known(draft: Draft) -> None:
    """Multiply the table of known words by itself."""
    draft.graph.node.insert(0, helper.make_node("Transpose", ["vectors"], ["turned"], perm=[1, 0]))
    draft.graph.node.insert(1, helper.make_node("MatMul", ["vectors", "turned"], ["square"]))


def _other_tags(draft: Draft) -> None:
    draft.store("output.bias", np.zeros(3, np.float32))
    draft.store("output.weight", np.zeros((len(numpy_helper.to_array(draft.weights("output.weight"))), 3), np.float32))
    _fixed(draft, "emissions", 2, 3)


def _wider(draft: Draft) -> None:
    figures = numpy_helper.to_array(draft.weights("output.weight"))
    draft.store("output.weight", np.concatenate([figures, figures], 1))


def _fewer_rows(draft: Draft, *names: str) -> None:
    for name in names:
        draft.store(name, numpy_helper.to_array(draft.weights(name))[:3])


def _set(message: object, **fields: object) -> None:
    for name, value in fields.items():
        setattr(message, name, value)


def _drop(rows: object, name: str) -> None:
    rows.remove(next(row for row in rows if row.name == name))


def _fixed(draft: Draft, name: str, axis: int, length: int) -> None:
    draft.value(name).shape.dim[axis].dim_value = length


def _attribute(draft: Draft, node: str, name: str, value: object) -> None:
    own = draft.node(node).attribute
    for old in [old for old in own if old.name == name]:
        own.remove(old)
    own.append(helper.make_attribute(name, value))


BAD_NUMBERS = (
    "-1",
    "-5",
    "1.5",
    '"3"',
    "null",
    "true",
    "[]",
    "{}",
    "NaN",
    "Infinity",
    "1e400",
    "9" * 40,
    "9" * 5000,
    DEEP,
)
BAD_LISTS = ("[]", "{}", "null", "7", '"O"', "[null]", "[[]]", DEEP, '{"a":' * 100_000)
SPOILED: dict[str, Callable[[Draft], None]] = {
    **_json("features", "slots", "0", str(1 << 31), *BAD_NUMBERS),
    **_json("features", "affix", "65", *BAD_NUMBERS),
    **_json("features", "piece,0", "0", "6", *BAD_NUMBERS),
    **_json("features", "piece,1", "0", "1000000", *BAD_NUMBERS),
    **_json("features", "piece", "[3]", "[3, 4, 5]", "[0, 0]", "[5, 3]", *BAD_LISTS),
    **_json(
        "features",
        "kinds",
        '["words"]',
        '["word", 1]',
        '["word", ["lower"]]',
        json.dumps(["word"] * 10_000),
        *BAD_LISTS,
    ),
    **_text("features", "", "{", "null", "[]", DEEP, "{}", '"' + "\u202e" * 9),
    **_json("transitions", "start", "[0, 0]", *BAD_LISTS),
    **_json("transitions", "start,0", "NaN", "Infinity", "1e39", "-1e300", '"0"', "null", "[0]", "true"),
    **_json("transitions", "between", "[[0]]", *BAD_LISTS),
    **_json("transitions", "between,1,1", "NaN", "-Infinity", '"0"', "{}"),
    **_json("transitions", "between,1", "[0]", *BAD_LISTS),
    **_json("transitions", "between,0,2", "0.0"),
    **_json("transitions", "start,2", "0.0"),
    **_json("transitions", "end,0", "NaN", "null"),
    **_json("transitions", "end", "[0]", *BAD_LISTS),
    **_text("transitions", "", "[]", "{}", "0", DEEP),
    **_text(
        "tags",
        "",
        "{}",
        '"O"',
        "[]",
        DEEP,
        '["O"]',
        json.dumps(["O", *(f"{p}-{n}" for n in range(5000) for p in "BI")]),
    ),
    **_json("tags", "0", '"B-X"', '""', "null", "0", '["O"]', "{}"),
    **_json("tags", "1", '"X-PERS"', '"I-PERS"', '"B-"', '"B"', '""', '"O"', "1", "null", '["B-PERS"]', '"B-NEW"'),
    **_json("tags", "2", '"B-PERS"', '"E-PERS"', '"I-ORG"'),
    "control characters in a label": lambda draft: draft.texts.update(
        tags=draft.texts["tags"].replace("PERS", "P\\u001bRS")
    ),
    "a line feed in a label": lambda draft: draft.texts.update(tags=draft.texts["tags"].replace("PERS", "P\\nRS")),
    "a space in a label": lambda draft: draft.texts.update(tags=draft.texts["tags"].replace("PERS", "P RS")),
    "half a character in a label": lambda draft: draft.texts.update(
        tags=draft.texts["tags"].replace("PERS", "P\\ud800")
    ),
    "empty labels": lambda draft: draft.texts.update(tags=draft.texts["tags"].replace("PERS", "")),
    "O not first": lambda draft: draft.texts.update(tags=json.dumps(json.loads(draft.texts["tags"])[::-1])),
    "duplicate labels": lambda draft: draft.texts.update(tags=draft.texts["tags"].replace("PERS", "LOC")),
    **_text(
        "temperature", "", "0", "-1", "NaN", "Infinity", "1e-300", "1e300", "1_0", '"1"', "null", "true", "[1]", DEEP
    ),
    **_text("card", "", "[]", "null", '"card"', "0", DEEP, '{"a":' + "[" * 500 + "]" * 500 + "}", '{"a":"\\ud800"}'),
    **_json("card", "name", "[]", "{}", "1", '"a\\nb"', '"\\u001b[31m"'),
    **_json("card", "licence", "null", '"\\u202e"'),
    **_json("card", "network", "[]", "null", '"lstm"', "7"),
    **_json("card", "data", "[]", "1"),
    **_text("gazetteer", "=", "AAAA", "AAAAAAA=AAAA", "\n", "ї", "AAAAAAEAAAAAAQ==", "/////wEAAAAAAQ=="),
    "a word more than the table has rows": lambda draft: draft.texts.update(entries=draft.texts["entries"] + "\nw:іще"),
    "a word less": lambda draft: draft.texts.update(entries=draft.texts["entries"].rpartition("\n")[0]),
    "no words": lambda draft: draft.texts.update(entries=""),
    **_text("uk_tag_format", "", "0", "3", "2.0", "\u001b[31m2", "2\n", "9" * 100_000),
    **{
        f"no {key}": lambda draft, key=key: draft.texts.pop(key)
        for key in ("uk_tag_format", "tags", "transitions", "card", "entries", "features")
    },
    "a key twice": lambda draft: draft.model.metadata_props.add(key="tags", value=draft.texts["tags"]),
    "NaN in the output": _figure("output.weight", np.nan),
    "infinity in the output": _figure("output.bias", -np.inf),
    "a huge figure": _figure("output.weight", 3e38),
    "NaN in one row of the table": _figure("scales", np.nan),
    "NaN in a layer": _figure("layer.0.R", np.nan),
    "NaN as a bound": _figure("high", np.nan),
    "weights in another file": _external,
    "weights of a node in another file": _external_in_node,
    "graphs in nodes": _subgraph,
    "a terabyte at opening": _huge,
    "a terabyte at run time": _wide_pad,
    "the square of the words known": _known_by_known,
    "fewer rows": lambda draft: _fewer_rows(draft, "table", "scales"),
    "fewer rows of scales": lambda draft: _fewer_rows(draft, "scales"),
    "a table of other type": lambda draft: draft.store(
        "table", np.zeros(tuple(draft.weights("table").dims), np.float64)
    ),
    "a shape that the figures do not fill": _shape("output.bias", 1 << 40),
    "a negative shape": _shape("output.bias", -9),
    "an empty shape": _shape("table", 0, 24),
    "a product beyond 64 bits": _shape("table", 1 << 62, 8),
    "other tags in the output": _other_tags,
    "a wider output": _wider,
    "a layer of other width": lambda draft: draft.store("layer.0.R", np.zeros((2, 96, 23), np.float32)),
    "another hidden size": lambda draft: _attribute(draft, "layer.0", "hidden_size", 25),
    "a huge hidden size": lambda draft: _attribute(draft, "layer.0", "hidden_size", 1 << 60),
    "an unknown direction": lambda draft: _attribute(draft, "layer.0", "direction", "sideways"),
    "another activation": lambda draft: _attribute(draft, "layer.0", "activations", ["Relu"] * 6),
    "an attribute of other type": lambda draft: _attribute(draft, "layer.0", "hidden_size", "24"),
    "an input less": lambda draft: _drop(draft.graph.input, "lengths"),
    "an input more": lambda draft: draft.graph.input.append(
        helper.make_tensor_value_info("more", TensorProto.FLOAT, [1])
    ),
    "an input of other type": lambda draft: _set(draft.value("features"), elem_type=TensorProto.INT64),
    "an input of text": lambda draft: _set(draft.value("index"), elem_type=TensorProto.STRING),
    "an input of fixed length": lambda draft: _fixed(draft, "features", 0, 5),
    "vectors of other width": lambda draft: _fixed(draft, "vectors", 1, 7),
    "vectors of huge width": lambda draft: _fixed(draft, "vectors", 1, 1 << 40),
    "vectors of negative width": lambda draft: _fixed(draft, "vectors", 1, -1),
    "vectors of any width": lambda draft: draft.value("vectors").shape.dim[1].__setattr__("dim_param", "any"),
    "vectors of other type": lambda draft: _set(draft.value("vectors"), elem_type=TensorProto.DOUBLE),
    "vectors of another axis": lambda draft: draft.value("vectors").shape.dim.add(dim_value=1),
    "an output less": lambda draft: _drop(draft.graph.output, "embedded"),
    "an output more": lambda draft: draft.graph.output.append(
        helper.make_tensor_value_info("products", TensorProto.FLOAT, ["t", "b", 9])
    ),
    "an output of other type": lambda draft: _set(draft.value("emissions"), elem_type=TensorProto.INT32),
    "an output of other length": lambda draft: _fixed(draft, "emissions", 2, 5),
    "halves changed round": lambda draft: draft.node("spread").input.__setitem__(1, "features"),
    "the index in the table": lambda draft: draft.node("embed").input.__setitem__(1, "index"),
    "an operator of our own": lambda draft: _set(draft.node("output"), domain="evil"),
    "another operator": lambda draft: _set(draft.node("bias"), op_type="Mod"),
    "a node that reads nothing": lambda draft: draft.node("bias").input.__setitem__(0, "nowhere"),
    "nodes in a circle": lambda draft: draft.node("output").input.__setitem__(0, "emissions"),
    "no nodes": lambda draft: draft.graph.ClearField("node"),
    "no graph": lambda draft: draft.model.ClearField("graph"),
    "another version of operators": lambda draft: _set(draft.model.opset_import[0], version=99),
    "no operators": lambda draft: draft.model.ClearField("opset_import"),
    "a function": lambda draft: draft.model.functions.add(name="f", domain="evil"),
    "sparse weights": lambda draft: draft.graph.sparse_initializer.add(dims=[1]),
    "a name twice": lambda draft: draft.graph.initializer.add().CopyFrom(draft.weights("output.bias")),
    "a name with control characters": lambda draft: draft.graph.initializer.append(
        numpy_helper.from_array(np.float32(np.nan), "\x1b[31m\n")
    ),
}


def spoiled(name: str, content: bytes) -> bytes:
    """Return the variant of a model file with a name of SPOILED."""
    draft = Draft(content)
    SPOILED[name](draft)
    if name == "a key twice":  # set_model_props would repair it
        draft.model.metadata_props.add(key=digest.KEY, value=digest.PLACEHOLDER)
        kept = [
            entry
            for entry in draft.model.metadata_props
            if entry.value != digest.PLACEHOLDER and entry.key == digest.KEY
        ]
        for entry in kept:
            draft.model.metadata_props.remove(entry)
        return digest.seal(draft.model.SerializeToString())
    return draft.sealed()
