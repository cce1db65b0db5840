"""Opening model files: good, damaged and foreign ones, and devices that do not exist."""

import threading

import numpy as np
import pytest
from onnx import TensorProto, helper

from tagger.errors import DeviceError, ModelError
from tagger.inference import device
from tagger.inference.device import CPU, CUDA
from tagger.inference.session import LARGE, NO_LENGTHS, Session
from tagger.model_file import digest
from tagger.model_file.content import prefetch, read_prefetched
from tagger.tagger import Tagger

SENTENCES = ["Олена Коваленко живе в Києві .".split(), ["Так"], "Компанія « Нафтогаз » працює .".split()]


def test_a_model_file_opens_and_tags(tiny_model):
    tagger = Tagger.load(tiny_model, device="cpu")
    assert tagger.tag(SENTENCES[0]) == ["B-PERS", "I-PERS", "O", "O", "B-LOC", "O"]
    assert tagger.session.device == "cpu"


def test_what_a_large_batch_took_is_given_back(tiny_model):
    session = Session(tiny_model, device="cpu")
    network, asked = session._session, []

    class Watched:
        def run(self, names, feeds, options):
            try:
                asked.append(options.get_run_config_entry("memory.enable_memory_arena_shrinkage"))
            except RuntimeError:  # it has none
                asked.append(None)
            return network.run(names, feeds, options)

    session._session = Watched()
    vectors = session.embed(np.ones((1, 8), np.int32))
    outcomes = [
        session.emissions(vectors, np.zeros((4, columns), np.int32), np.full(columns, 4, np.int32))
        for columns in (LARGE // 4, LARGE // 4 + 1)
    ]
    assert asked == [None, None, "cpu:0"]
    np.testing.assert_array_equal(outcomes[0], outcomes[1][:, :-1])


def test_vectors_ignore_the_other_half(tiny_model):
    session, features = Session(tiny_model, device="cpu"), np.arange(24, dtype=np.int32).reshape(3, 8) % 5
    vectors = session.embed(features)
    session._no_lengths = NO_LENGTHS["cuda"]
    np.testing.assert_array_equal(session.embed(features), vectors)
    assert vectors.any()


@pytest.mark.parametrize("keep", [0, 1, 100, 0.5, 0.99, -1])
def test_a_file_cut_short_is_refused(tiny_model, tmp_path, keep):
    content = tiny_model.read_bytes()
    size = keep if isinstance(keep, int) else int(len(content) * keep)
    cut = tmp_path / "cut.onnx"
    cut.write_bytes(content[:size])
    with pytest.raises(ModelError, match=r"cut\.onnx: .*(truncated|damaged)"):
        Session(cut)


def test_any_changed_byte_is_noticed(tiny_model, tmp_path):
    content = tiny_model.read_bytes()
    changed = tmp_path / "changed.onnx"
    for position in np.random.default_rng(0).integers(0, len(content), 60):
        damaged = bytearray(content)
        damaged[position] ^= 0x20
        changed.write_bytes(damaged)
        with pytest.raises(ModelError):
            Session(changed)


def seal(tmp_path, **metadata):
    """A sealed ONNX file that only copies its input."""
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "other", [value], [out])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {**metadata, digest.KEY: digest.PLACEHOLDER})
    path = tmp_path / "other.onnx"
    path.write_bytes(digest.seal(model.SerializeToString()))
    return path


def test_models_that_are_not_ours(tmp_path, tiny_checkpoint):
    with pytest.raises(ModelError, match="not one of uk-tag's"):
        Session(seal(tmp_path))
    with pytest.raises(ModelError, match="format version 99"):
        Session(seal(tmp_path, uk_tag_format="99"))
    with pytest.raises(ModelError, match="metadata cannot be read"):
        Session(seal(tmp_path, uk_tag_format="1"))
    with pytest.raises(ModelError, match="not a model of uk-tag"):
        Session(tiny_checkpoint)
    with pytest.raises(ModelError, match="cannot be read"):
        Session(tmp_path / "missing.onnx")
    with pytest.raises(ModelError, match="cannot be read"):
        Session(tmp_path)


def test_seal_needs_one_placeholder():
    with pytest.raises(ValueError, match="expected one placeholder"):
        digest.seal(b"nothing here")
    with pytest.raises(ValueError, match="expected one placeholder"):
        digest.seal(f"{digest.KEY}..{'1' * 64}".encode())
    sealed = digest.seal(f"a{digest.KEY}..{digest.PLACEHOLDER}z".encode())
    assert digest.holds(sealed) and not digest.holds(sealed + b" ") and not digest.holds(b"x")


def test_cuda_is_never_promised_without_a_gpu(monkeypatch):
    monkeypatch.setattr(device, "has_gpu", lambda: False)
    with pytest.raises(DeviceError, match="no NVIDIA driver"):
        device.choose("cuda", [CUDA, CPU])
    with pytest.raises(DeviceError, match="without CUDA"):
        device.choose("cuda", [CPU])
    assert device.choose("auto", [CUDA, CPU])[0] is False
    assert device.choose("cpu", [CUDA, CPU])[0] is False
    monkeypatch.setattr(device, "has_gpu", lambda: True)
    assert device.choose("auto", [CUDA, CPU])[0] is True
    assert device.choose("cuda", [CUDA, CPU])[0] is True


@pytest.mark.skipif(device.has_gpu(), reason="this machine has a GPU, so CUDA does not fail here")
def test_auto_falls_back_silently(monkeypatch, tiny_model, capfd):
    monkeypatch.setattr(device, "has_gpu", lambda: True)
    session = Session(tiny_model, device="auto")
    assert session.device == "cpu" and "CUDA failed" in session.device_reason
    with pytest.raises(DeviceError, match="--device cuda"):
        Session(tiny_model, device="cuda")
    assert capfd.readouterr().out == ""


@pytest.mark.skipif(not device.has_gpu(), reason="needs a GPU")
def test_cuda_gives_the_tags_of_the_cpu(tiny_model):
    one, other = Tagger.load(tiny_model, device="cuda"), Tagger.load(tiny_model, device="cpu")
    assert one.session.device == "cuda"
    assert [one.tag(sentence) for sentence in SENTENCES] == [other.tag(sentence) for sentence in SENTENCES]


def test_a_failed_run_prints_nothing(tiny_model, capfd):
    session = Session(tiny_model, device="cpu")
    vectors = np.zeros((1, session.width), session.kind)
    with pytest.raises(ModelError, match=r"tiny\.onnx: onnxruntime cannot run it: .*sequence_lens.*; export"):
        session.emissions(vectors, np.zeros((3, 1), np.int32), np.array([7], np.int32))
    with pytest.raises(ModelError, match=r"tiny\.onnx: onnxruntime cannot run it: [^\n]*; export"):
        session.embed(np.full((1, 8), 1 << 30, np.int32))
    assert capfd.readouterr() == ("", "")


def test_prefetched_bytes_are_used_once(tiny_model, tmp_path):
    copy = tmp_path / "copy.onnx"
    prefetch(copy)
    with pytest.raises(ModelError, match="cannot be read"):
        read_prefetched(copy)
    copy.write_bytes(tiny_model.read_bytes())
    assert read_prefetched(copy) == tiny_model.read_bytes()
    prefetch(copy)
    threads = [thread for thread in threading.enumerate() if thread.name == "uk-tag early"]
    for thread in threads:
        thread.join()
    copy.unlink()
    assert read_prefetched(copy) == tiny_model.read_bytes()
    with pytest.raises(ModelError, match="cannot be read"):
        read_prefetched(copy)
