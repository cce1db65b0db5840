"""The tagger in a program: strings to entities, from any thread and process, with nothing on the standard streams."""

import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from multiprocessing import get_context

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import corpora
from support.processes import ROOT

from tagger import Entity, ModelError, Tagger

TEXT = "Олена Коваленко живе в Києві. Учора Петро був у Львові, а Марія ні.\n\nКиївстар найняв Тараса торік"


def run_python(program: str, *options: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *options, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=100
    )


def test_entities_of_a_string(tagger):
    found = tagger(TEXT)
    assert {"Олена Коваленко", "Києві", "Львові"} <= {entity.text for entity in found}
    assert found == sorted(found, key=lambda entity: entity.start)
    for entity in found:
        assert TEXT[entity.start : entity.end] == entity.text
        assert 0 < entity.score <= 1
        assert entity.label in ("PERS", "LOC", "ORG")
    with pytest.raises(FrozenInstanceError):
        found[0].score = 1.0


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            ["Олена", " ", "\n", "Києві", ".", "\r\n", "\u2028", "🇺🇦", "\x00", "\udcff", "е́", "(", "а" * 300]
        ),
        max_size=12,
    ).map("".join)
)
def test_offsets_point_into_any_string(tagger, text):
    for whole in (True, False):
        end = 0
        for entity in tagger(text, sentences=whole):
            assert text[entity.start : entity.end] == entity.text
            assert end <= entity.start < entity.end <= len(text)
            end = entity.end


def test_a_line_feed_ends_a_sentence(tagger):
    whole, lines = tagger("Олена\nКоваленко"), [tagger("Олена"), tagger("Коваленко")]
    assert [entity.text for entity in whole] == [entity.text for line in lines for entity in line]
    assert tagger("") == tagger(" \n ") == []


def test_stream_entities_is_lazy_and_in_order(tagger):
    texts = [" ".join(tokens) for tokens, _ in corpora.sentences(200, seed=3)] + ["", TEXT * 50, "Київ"]
    taken = []

    def source():
        for text in texts:
            taken.append(text)
            yield text

    stream = tagger.stream_entities(source(), window_tokens=60)
    first = next(stream)
    assert len(taken) < 40
    assert [first, *stream] == [tagger(text) for text in texts]


def test_lone_surrogates():
    shipped = Tagger.load(device="cpu")
    assert [shipped.tag(["Київ", half, "Олена"])[1] for half in ("\ud800", "\udc80")] == ["O", "O"]
    assert [entity.text for entity in shipped("\ud83d Олена Коваленко \ude00 з Києва")] == ["Олена Коваленко", "Києва"]


def test_threads_share_one_tagger(tiny_model):
    tagger = Tagger.load(tiny_model, device="cpu")
    # words that no other thread has, so that caches are filled at the same time
    work = [[[f"{token}{i % 7}" for token in tokens] for tokens, _ in corpora.sentences(40, seed=i)] for i in range(24)]
    expected = [[tagger.tag(sentence) for sentence in part] for part in work]
    fresh = Tagger.load(tiny_model, device="cpu")
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda part: list(fresh.stream(part, window_tokens=100)), work)) == expected
        assert list(pool.map(fresh, [TEXT] * 24)) == [tagger(TEXT)] * 24


def test_pickles_open_the_same_model_again(tiny_model, tagger, monkeypatch):
    monkeypatch.chdir(tiny_model.parent)
    loaded = Tagger.load(tiny_model.name, device="cpu", batch_tokens=99)
    data = pickle.dumps(loaded)
    assert len(data) < 1000
    copy = pickle.loads(data)
    assert copy.batch_tokens == 99
    assert copy(TEXT) == tagger(TEXT)
    assert pickle.loads(data) is copy, "a framework that sends it with every task must not load it every time"


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_other_processes(tagger, method):
    with ProcessPoolExecutor(1, mp_context=get_context(method)) as pool:
        assert pool.submit(tagger, TEXT).result(60) == tagger(TEXT)


def test_a_pickle_refuses_another_model(tiny_model, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(tiny_model.read_bytes())
    data = pickle.dumps(Tagger.load(path, device="cpu"))
    path.write_bytes(b"no model")
    with pytest.raises(ModelError, match="not a model"):
        pickle.loads(data)


def test_one_exception_for_bad_models(tmp_path):
    for path in (tmp_path / "none.onnx", tmp_path, ROOT / "setup.cfg"):
        with pytest.raises(ModelError):
            Tagger.load(path)


def test_import_loads_nothing():
    heavy = ("numpy", "onnxruntime", "tagger.tagger", "click")
    program = f"import sys; import tagger; print([name for name in {heavy} if name in sys.modules]); tagger.Entity"
    done = run_python(program)
    assert (done.stdout, done.stderr) == ("[]\n", "")
    assert "Tagger" in run_python("import tagger; print(dir(tagger))").stdout
    assert "no attribute 'Bagger'" in run_python("import tagger; tagger.Bagger").stderr


def test_quiet(tiny_model):
    load = f"from tagger import Tagger; t = Tagger.load({str(tiny_model)!r})"
    program = f"{load}; t('Олена живе в Києві'); t.tag(['Київ']); t.map_batch(dict(text=['Київ']))"
    done = run_python(program, "-W", "error")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


USER_PROGRAM = """\
import sys
from collections.abc import Iterator

from tagger import Entity, ModelError, Tagger

try:
    tagger = Tagger.load(sys.argv[1], device="cpu", threads=1)
except ModelError as error:
    sys.exit(str(error))
names: list[Entity] = [entity for entity in tagger("Олена живе в Києві.") if entity.score > 0.1]
tags: list[str] = tagger.tag(["Олена", "живе"])
lazily: Iterator[list[str]] = tagger.stream([["Київ"]])
print(*(f"{name.label}:{name.text}:{name.start + name.end}" for name in names), tags[0].lower(), *lazily)
"""


def test_a_typed_program(tmp_path, tiny_model):
    api = pytest.importorskip("mypy.api", reason="mypy is not installed")
    path = tmp_path / "program.py"
    path.write_text(USER_PROGRAM, encoding="utf-8")
    # as in a user's environment, where the errors of installed packages are not shown
    options = ["--strict", "--follow-imports=silent", f"--cache-dir={tmp_path}", "--config-file="]
    command = [sys.executable, "-m", "mypy", *options, str(path)]
    done = subprocess.run(command, env={"MYPYPATH": str(ROOT), "PATH": ""}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert api
    path.write_text(USER_PROGRAM.replace("error.score", "x").replace("entity.score", "entity.scores"), encoding="utf-8")
    done = subprocess.run(command, env={"MYPYPATH": str(ROOT), "PATH": ""}, capture_output=True, text=True)
    assert '"Entity" has no attribute "scores"' in done.stdout
    path.write_text(USER_PROGRAM, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(path), str(tiny_model)], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert "PERS:Олена:5" in done.stdout, done.stderr


def test_entity_is_plain_data():
    entity = Entity(0, 4, "LOC", "Київ", 0.5)
    assert entity == Entity(0, 4, "LOC", "Київ", 0.5)
    assert pickle.loads(pickle.dumps(entity)) == entity
    assert len({entity, entity}) == 1
