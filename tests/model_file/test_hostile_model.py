"""Broken and hostile model files with a valid digest: one line that names the file and the remedy, and no more."""

import os
import random
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from onnx import helper, numpy_helper
from support.model_variants import SECRET, SPOILED, Draft, reseal, spoiled
from support.processes import run_program, tag

from tagger.errors import ModelError
from tagger.model_file import digest
from tagger.model_file.content import read_model
from tagger.model_file.protobuf import MOST_FIELDS, fields
from tagger.tagger import Tagger

SENTENCES = ["Учора Леся Шевчук була у Києві , а Нафтогаз ні .".split(), ["А" * 300], ["1", "Ґанок", "😀"]]
TEXT = "Леся Шевчук була у Києві .\n"
PROGRAMS = {
    "tag": ("uk-tag", "-m", "MODEL"),
    "describe": ("uk-tag", "--version", "-v", "-m", "MODEL"),
    "jobs": ("uk-tag", "-m", "MODEL", "--jobs", "2", "--output-dir", "OUT", "TEXT", "TEXT2", "TEXT3"),
    "one job": ("uk-tag", "-m", "MODEL", "--output-dir", "OUT", "TEXT", "TEXT2", "TEXT3"),
    "show": ("uk-tag-export", "--show", "MODEL"),
    "reverse": ("uk-tag-export", "--reverse", "MODEL", "OUT.pt"),
    "evaluate": ("uk-tag-train", "evaluate", "MODEL", "DATA"),
}


def refusal(path: Path) -> str:
    """Return the message with which a model is refused."""
    with pytest.raises(ModelError) as caught:
        Tagger.load(path, device="cpu").annotate(SENTENCES, probabilities=True)
    message = str(caught.value)
    assert (
        message.startswith(f"{path}: ")
        and message.isprintable()
        and "; " in message
        and len(message) < len(str(path)) + 600
    )
    return message


def run(program: str, model: Path | str, folder: Path) -> subprocess.CompletedProcess:
    """Run a program on a model, with limited time and memory."""
    places = {
        "MODEL": str(model),
        "OUT": str(folder / "out"),
        "OUT.pt": str(folder / "out.pt"),
        "DATA": str(folder / "data.conll"),
    }
    for name in ("TEXT", "TEXT2", "TEXT3"):
        places[name] = str(folder / f"{name}.txt")
        Path(places[name]).write_text(TEXT, encoding="utf-8")
    Path(places["DATA"]).write_text("Леся\tB-PERS\n\n", encoding="utf-8")
    name, *arguments = (places.get(part, part) for part in PROGRAMS[program])
    return run_program(name, *arguments, stdin=TEXT.encode())


def says_one_line(done: subprocess.CompletedProcess, model: Path | str) -> bool:
    """Tell whether a program ended with exit code 1 and one line that names the model."""
    line = done.stderr.decode()
    own = line.startswith("uk-tag") and f": {model}: " in line and line.endswith("\n") and line[:-1].isprintable()
    return (done.returncode, done.stdout) == (1, b"") and own


@pytest.mark.parametrize("name", SPOILED)
def test_refused_in_one_line(name, tiny_model, tmp_path):
    path = tmp_path / "spoiled.onnx"
    path.write_bytes(spoiled(name, tiny_model.read_bytes()))
    refusal(path)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("name", ["features,slots=-5", "NaN in one row of the table"])
def test_every_program_reports_once(program, name, tiny_model, tmp_path):
    path = tmp_path / "spoiled.onnx"
    path.write_bytes(spoiled(name, tiny_model.read_bytes()))
    done = run(program, path, tmp_path)
    assert says_one_line(done, path), done
    assert not (tmp_path / "out.pt").exists() and not list(tmp_path.glob("out/*.txt"))


@pytest.mark.parametrize("program", ["tag", "jobs", "show", "evaluate"])
@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "enormous"])
def test_irregular_files_do_not_block(program, kind, tmp_path):
    path = tmp_path / "model.onnx"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path = Path("/dev/zero")
    else:
        with path.open("wb") as file:
            file.truncate(1 << 36)  # sparse, so it takes no space
    done = run(program, path, tmp_path)
    assert says_one_line(done, path), done


def test_little_is_read_of_a_large_foreign_file(tmp_path):
    path = tmp_path / "large.onnx"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    code = f"""if True:
        import resource
        from tagger.model_file.content import read_model
        from tagger.errors import ModelError
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            read_model({str(path)!r})
        except ModelError:
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=60, cwd=Path(__file__).parents[2], check=True
    )
    assert int(done.stdout) < 50_000  # KiB


def test_a_name_that_no_file_has(tmp_path):
    with pytest.raises(ModelError, match="cannot be read"):
        read_model(f"{tmp_path}/a\0b")


@pytest.mark.parametrize("name", ["weights in another file", "weights of a node in another file"])
def test_no_other_file_is_read(name, tiny_model, tmp_path, monkeypatch):
    """The file that is said to have the weights is a pipe: opening it would block."""
    folder = tmp_path / "here"
    folder.mkdir()
    for place in (tmp_path / SECRET, folder / SECRET):
        os.mkfifo(place)
    path = folder / "spoiled.onnx"
    path.write_bytes(spoiled(name, tiny_model.read_bytes()))
    done = tag("-m", path, stdin=TEXT.encode(), cwd=folder, timeout=60)
    assert says_one_line(done, path), done


@pytest.mark.parametrize(
    "network",
    [
        {"cell": '"other"'},
        {"cell": ["lstm"]},
        {"layers": 10**9},
        {"layers": -1},
        {"layers": 2},
        {"width": 10**9},
        {"width": '"24"'},
        {"width": 25},
        {"embedding": 2.5},
        {"embedding": 4096},
        {"dropout": -1},
        {"dropout": float("nan")},
        {"bidirectional": 1},
        {"bidirectional": False},
        {"layer_norm": None},
        {"layer_norm": True},
        {"output": '""'},
        {"clamp": float("inf")},
        {"more": 1},
    ],
    ids=str,
)
def test_reversing_a_wrong_card_is_refused(network, tiny_model, tmp_path):
    from export.reverse import reverse

    draft = Draft(tiny_model.read_bytes())
    draft.put("card", f"network,{next(iter(network))}", next(iter(network.values())))
    path = tmp_path / "spoiled.onnx"
    path.write_bytes(draft.sealed())
    with pytest.raises(ModelError) as caught:
        reverse(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and message.isprintable()


@pytest.mark.parametrize(
    "option", [["--affix", "65"], ["--slots", "0"], ["--piece", "5,3"], ["--piece", "0,3"], ["--piece", "3,67"]]
)
def test_invalid_settings_are_not_trained(option, tiny_corpus, tmp_path):
    done = run_program("uk-tag-train", "fit", tiny_corpus, "-o", tmp_path / "m.pt", *option)
    assert done.returncode == 2 and option[0].encode() in done.stderr


def test_never_read_as_the_ort_format(tiny_model, tmp_path):
    """onnxruntime recognizes its own format by four letters, which a producer's name can imitate."""
    draft = Draft(tiny_model.read_bytes())
    draft.model.producer_name = "ORTM"
    path = tmp_path / "named.onnx"
    path.write_bytes(draft.sealed())
    assert path.read_bytes()[4:8] == b"ORTM"
    assert Tagger.load(path, device="cpu").tag(SENTENCES[0]) == Tagger.load(tiny_model, device="cpu").tag(SENTENCES[0])


def test_graphs_of_the_first_versions(tiny_model, tmp_path):
    """They multiplied rows by their scales and added them up."""
    draft = Draft(tiny_model.read_bytes())
    for name in ("lay", "sum", "flatten"):
        draft.graph.node.remove(draft.node(name))
    place = list(draft.graph.node).index(draft.node("clamp"))
    draft.graph.node.insert(place, helper.make_node("Mul", ["rows.steps", "rows.scales"], ["rows"]))
    draft.graph.node.insert(place + 1, helper.make_node("ReduceSum", ["rows", "slot_axis"], ["summed"], keepdims=0))
    draft.texts["uk_tag_format"] = "1"
    path = tmp_path / "old.onnx"
    path.write_bytes(draft.sealed())
    assert Tagger.load(path, device="cpu").tag(SENTENCES[0]) == Tagger.load(tiny_model, device="cpu").tag(SENTENCES[0])


def test_a_card_shows_no_control_characters(tiny_model, tmp_path):
    draft = Draft(tiny_model.read_bytes())
    draft.put("card", "description", ["\x1b[31m", 1])
    draft.put("card", "data", {"\x1b]0;x\x07": "a\nb", "text": "\u202eїжак"})
    path = tmp_path / "odd.onnx"
    path.write_bytes(draft.sealed())
    for options in ([], ["--json"]):
        done = run_program("uk-tag-export", "--show", path, *options)
        assert done.returncode == 0 and done.stderr == b"", done
        assert not set(done.stdout.decode()) & set("\x1b\x07")


def test_endless_numbers_and_messages_are_refused():
    for content in (b"\x80" * 1_000_000, b"\x08" + b"\xff" * 9 + b"\x7f", b"\x08\x00" * (MOST_FIELDS + 1)):
        with pytest.raises(ValueError, match=r"too long|more than"):
            list(fields(memoryview(content)))
    ((key, _, _, value),) = fields(memoryview(b"\x08" + b"\xff" * 9 + b"\x01"))
    assert (key, value) == (8, -1)


@pytest.mark.slow
def test_changed_bytes_under_a_right_digest(tiny_model, tmp_path):
    """A damaged model is refused, or tags every token with finite probabilities."""
    content = tiny_model.read_bytes()
    generator, path = random.Random(7), tmp_path / "changed.onnx"
    end = content.rfind(digest.KEY.encode()) - 5
    graph_end = content.find(b"uk_tag_format") - 10
    refused = 0
    memory = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (16 << 30, memory[1]))
    try:
        for number in range(300):
            changed = bytearray(content)
            spread = [(0, end), (0, 200), (graph_end - 2500, graph_end), (graph_end, graph_end + 4000)][number % 4]
            for _ in range(generator.choice([1, 1, 3, 30])):
                changed[generator.randrange(*spread)] ^= generator.randrange(1, 256)
            path.write_bytes(reseal(bytes(changed)))
            signal.alarm(60)  # ends the run if something hangs
            try:
                annotations = Tagger.load(path, device="cpu").annotate(SENTENCES, probabilities=True)
            except ModelError as error:
                refused += 1
                assert str(error).startswith(f"{path}: ") and str(error).isprintable()
            else:
                for annotation, sentence in zip(annotations, SENTENCES, strict=True):
                    assert len(annotation.tags) == len(sentence) and np.isfinite(annotation.probabilities).all()
            signal.alarm(0)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, memory)
    assert refused > 150


def test_weights_are_read_wherever_they_may_stand(tiny_model, tmp_path):
    """Single-precision values in the field of their type, as some writers store them."""
    draft = Draft(tiny_model.read_bytes())
    for name in ("output.bias", "layer.0.B"):
        tensor = draft.weights(name)
        values = numpy_helper.to_array(tensor)
        tensor.ClearField("raw_data")
        tensor.float_data.extend(values.ravel().tolist())
    path = tmp_path / "fields.onnx"
    path.write_bytes(draft.sealed())
    assert Tagger.load(path, device="cpu").tag(SENTENCES[0]) == Tagger.load(tiny_model, device="cpu").tag(SENTENCES[0])
    draft.weights("output.bias").float_data[0] = float("nan")
    path.write_bytes(draft.sealed())
    assert "output.bias" in refusal(path)
