"""A paragraph gets the same entities from the filter, Python, spaCy, data sets, pandas, Arrow and Spark."""

import json
import os
import pickle
import sys
from contextlib import suppress

import pytest
from support import corpora
from support.processes import ROOT, run_program

from tagger import DataError, ModelError, Tagger

COUNT = 1000
TEXT = "Олена Коваленко живе  в Києві.\n\nУчора Петро був у Львові."


@pytest.fixture(scope="module")
def paragraphs() -> list[str]:
    """Make lines of up to four sentences; some are empty or odd."""
    made = [" ".join(tokens) for tokens, _ in corpora.sentences(3 * COUNT, seed=11)]
    lines = [" ".join(made[3 * i : 3 * i + i % 4]) for i in range(COUNT - 3)]
    return [*lines, "\u200b \u2028 Київ\x00", "Олена " * 900, "«»" * 300]


@pytest.fixture(scope="module")
def filtered(tiny_model, paragraphs) -> list[list[tuple[int, int, str]]]:
    """Run the filter; return start, end and label of the entities of each paragraph."""
    text = "\n".join(paragraphs)
    lines = (
        run_program("uk-tag", "-m", tiny_model, "--sentences", "-O", "brat", stdin=text.encode(), check=True)
        .stdout.decode()
        .split("\n")
    )
    starts, place = [], 0
    for paragraph in paragraphs:
        starts.append(place)
        place += len(paragraph) + 1
    found = [[] for _ in paragraphs]
    number = 0
    for line in lines[:-1]:
        label, start, end = line.split("\t")[1].split()
        while number + 1 < len(starts) and starts[number + 1] <= int(start):
            number += 1
        found[number].append((int(start) - starts[number], int(end) - starts[number], label))
    assert sum(map(len, found)) > COUNT
    return found


def triples(rows):
    return [[(entity["start"], entity["end"], entity["label"]) for entity in row] for row in rows]


def test_python(tagger, paragraphs, filtered):
    assert [[(e.start, e.end, e.label) for e in row] for row in tagger.stream_entities(paragraphs)] == filtered


def test_data_sets_pandas_and_arrow(tagger, paragraphs, filtered, tmp_path, monkeypatch):
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    import pandas
    import pyarrow

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    datasets.disable_progress_bars()
    dataset = datasets.Dataset.from_dict({"text": paragraphs}).map(tagger.map_batch, batched=True, batch_size=100)
    assert triples(dataset["entities"]) == filtered
    assert triples(tagger.map_batch(pandas.DataFrame({"text": paragraphs}))["entities"]) == filtered
    assert triples(tagger.map_batch(pyarrow.table({"text": paragraphs}))["entities"]) == filtered


@pytest.fixture(scope="module")
def spacy():
    spacy = pytest.importorskip("spacy", reason="spaCy is not installed: pip install 'uk-tag[spacy]'")
    import tagger.integrations.spacy  # noqa: F401 - makes the component known where the package is not installed

    return spacy


@pytest.fixture
def pipeline(spacy, tiny_model):
    def make(**options):
        nlp = spacy.blank("uk")
        nlp.add_pipe("uk_tag", config={"model": str(tiny_model), "device": "cpu", **options})
        return nlp

    return make


def names(doc):
    return [(span.text, span.label_) for span in doc.ents]


def test_spacy_base_forms(pipeline):
    pytest.importorskip("pymorphy3", reason="pymorphy3 is not installed: pip install 'uk-tag[lemma]'")
    text = "Олену Петренко бачили в Києві."
    lemmas = [span._.uk_lemma for span in pipeline(lemma=True, model="uk-ner")(text).ents]
    assert lemmas == ["Олена Петренко", "Київ"]
    assert {span._.uk_lemma for span in pipeline(model="uk-ner")(text).ents} == {None}


def test_spacy_on_our_tokens(spacy, pipeline, paragraphs, filtered):
    from spacy.tokens import Doc

    from tagger.text.tokenizer import sentence_ranges, token_spans

    nlp, docs = pipeline(labels={"PERS": "PERS"}), []
    for text in paragraphs:
        offsets = [
            (start + first, start + last)
            for start, end in sentence_ranges(text)
            for first, last in token_spans(text[start:end])
        ]
        words, spaces, place = [], [], 0
        for start, end in offsets:  # text between tokens, except one space, is a token for spaCy
            if gap := text[place:start]:
                if words and gap[0] == " ":
                    spaces[-1], gap = True, gap[1:]
                if gap:
                    words.append(gap)
                    spaces.append(False)
            words.append(text[start:end])
            spaces.append(False)
            place = end
        if text[place:]:
            words.append(text[place:])
            spaces.append(False)
        doc = Doc(nlp.vocab, words=words, spaces=spaces)
        assert doc.text == text
        docs.append(doc)
    assert [[(e.start_char, e.end_char, e.label_) for e in doc.ents] for doc in nlp.pipe(docs)] == filtered


def test_spacy_on_its_own_tokens(pipeline, tagger):
    nlp = pipeline()
    assert ("Олена Коваленко", "PER") in names(nlp(TEXT))
    assert [span.text for span in nlp(TEXT).ents] == [entity.text for entity in tagger(TEXT)]
    docs = [TEXT, "", " \n ", "Київ", TEXT] * 7
    assert [names(doc) for doc in nlp.pipe(docs, batch_size=4)] == [names(nlp(doc)) for doc in docs]
    assert set(nlp.pipe_labels["uk_tag"]) == {"PER", "LOC", "ORG"}
    assert [label for _, label in names(pipeline(labels={"PERS": "O", "LOC": "GPE"})(TEXT))] == ["GPE", "GPE"]


def test_spacy_keeps_other_entities_and_sentences(spacy, pipeline):
    nlp = pipeline()
    nlp.add_pipe("sentencizer", first=True)
    nlp.add_pipe("entity_ruler", before="uk_tag").add_patterns([{"label": "CITY", "pattern": "Києві"}])
    doc = nlp(TEXT)
    assert ("Києві", "CITY") in names(doc) and ("Львові", "LOC") in names(doc)
    assert len(list(doc.sents)) == 2


def test_spacy_serialisation(spacy, pipeline, tmp_path, tiny_model):
    nlp = pipeline(labels={"LOC": "GPE"})
    expected = names(nlp(TEXT))
    own = tmp_path / "own.onnx"
    own.write_bytes(tiny_model.read_bytes())
    nlp = pipeline(labels={"LOC": "GPE"}, model=str(own))
    nlp.to_disk(tmp_path / "pipeline")
    data = nlp.to_bytes()
    own.unlink()  # as on another machine
    assert names(spacy.load(tmp_path / "pipeline")(TEXT)) == expected
    copy = spacy.blank("uk")
    copy.add_pipe("uk_tag", config={"model": "nowhere.onnx"})
    with pytest.raises(ModelError, match=r"nowhere\.onnx"):
        copy(TEXT)
    assert names(copy.from_bytes(data)(TEXT)) == expected
    assert names(pickle.loads(pickle.dumps(copy))(TEXT)) == expected


def test_spacy_with_several_processes(pipeline):
    nlp = pipeline()
    assert [names(doc) for doc in nlp.pipe([TEXT, "Київ"] * 4, n_process=2, batch_size=2)] == [
        names(nlp(TEXT)),
        names(nlp("Київ")),
    ] * 4


def test_the_entry_point_names_the_component(spacy):
    from configparser import ConfigParser

    from tagger.integrations.spacy import make_component

    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    assert "uk_tag = tagger.integrations.spacy:make_component" in parser["options.entry_points"]["spacy_factories"]
    assert callable(make_component)


def test_spark_batches_without_spark(tagger, tiny_model, monkeypatch):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    from tagger.integrations.spark import Annotator

    opened = []
    load = Tagger.load
    monkeypatch.setattr(Tagger, "load", lambda *positions, **options: opened.append(1) or load(*positions, **options))
    annotator = pickle.loads(pickle.dumps(Annotator(str(tiny_model))))
    rows = [TEXT, None, ""]
    expected = tagger.map_batch({"text": rows})["entities"]
    for _ in range(2):
        frames = list(annotator(iter([pandas.DataFrame({"text": rows, "id": [1, 2, 3]})] * 2)))
        batches = list(annotator(iter([pyarrow.RecordBatch.from_pydict({"text": rows, "id": [1, 2, 3]})] * 2)))
        assert [frame["entities"].tolist() for frame in frames] == [expected] * 2
        assert [batch.column("entities").to_pylist() for batch in batches] == [expected] * 2
        assert batches[0].schema.names == list(frames[0].columns) == ["text", "id", "entities"]
    assert opened == [1], "once in a process, not once a task"


def test_both_lines_for_spark_give_the_same_rows(tiny_model, tagger):
    """`annotate(frame, sentences=False)` and `rdd.pipe("uk-tag -i text -O jsonl")`."""
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    from tagger.integrations.spark import Annotator

    readme = (ROOT / "tagger/integrations/README.md").read_text(encoding="utf-8")
    assert "annotate(frame, sentences=False)" in readme and 'pipe("uk-tag -i text -O jsonl"' in readme
    lines = ["Олена Коваленко. Олена Коваленко живе в Києві.", "", "Петро. Так. Львів"]
    options = ["-i", "text", "-O", "jsonl", "--names", tiny_model.parent / "names.tsv"]
    (tiny_model.parent / "names.tsv").write_text("Так\tWORD\n", encoding="utf-8")
    piped = run_program("uk-tag", "-m", tiny_model, *options, stdin="\n".join(lines).encode(), check=True).stdout
    annotator = Annotator(str(tiny_model), sentences=False, names=tiny_model.parent / "names.tsv")
    (batch,) = pickle.loads(pickle.dumps(annotator))(iter([pyarrow.RecordBatch.from_pydict({"text": lines})]))
    rows = [
        {"text": text, "entities": [{**entity, "score": round(entity["score"], 4)} for entity in entities]}
        for text, entities in zip(lines, batch.column("entities").to_pylist(), strict=True)
    ]
    found = [json.loads(line) for line in piped.decode().splitlines()]
    assert [{"text": row["text"], "entities": row["entities"]} for row in found] == rows
    assert "WORD" in piped.decode()


@pytest.fixture(scope="module")
def spark():
    pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'uk-tag[spark]'")
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    os.environ.update(PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1", PYTHONPATH=str(ROOT))
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.memory": "512m",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "64",
    }
    session = None
    with suppress(PySparkException, OSError):
        session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    if session is None:
        pytest.skip("Spark cannot be started: it needs Java")
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_spark_data_frames(spark, tagger, tiny_model, paragraphs, filtered):
    from tagger.integrations.spark import Annotator, annotate

    rows = [*paragraphs, None]
    tokens = [None if row is None else row.split()[:50] for row in rows]
    frame = spark.createDataFrame(
        list(zip(range(len(rows)), rows, tokens, strict=True)), "id int, text string, tokens array<string>"
    ).repartition(3)
    tagged = annotate(frame, model=str(tiny_model))
    assert tagged.columns == ["id", "text", "tokens", "tags", "entities"]
    found = sorted(tagged.collect(), key=lambda row: row.id)
    assert [row.text for row in found] == rows
    assert triples(row.entities for row in found[:-1]) == filtered
    assert [row.tags for row in found] == tagger.map_batch({"tokens": tokens})["tags"]
    assert found[-1].entities is None
    annotator = Annotator(str(tiny_model), tokens="none", entities="names")
    in_pandas = frame.mapInPandas(annotator, annotator.schema(frame)).orderBy("id").collect()
    assert [row.names for row in in_pandas] == [row.entities for row in found]
    with pytest.raises(DataError, match="neither"):
        annotate(frame.select("id"))


@pytest.mark.slow
def test_spark_pipe(spark, tiny_model, paragraphs):
    lines = [line for line in paragraphs if not set(line) & set("\x00\u2028")] + [
        "",
        "Київ\tЛьвів",
        "# Київ",
        "1\tКиїв" + "\t_" * 8,
    ]
    command = f"{sys.executable} {ROOT}/bin/uk-tag -m {tiny_model} -i text -O jsonl"
    # without an environment Spark gives the program an empty one
    found = spark.sparkContext.parallelize(lines, 3).pipe(command, env=dict(os.environ), checkCode=True).collect()
    alone = run_program(
        "uk-tag", "-m", tiny_model, "-i", "text", "-O", "jsonl", stdin="\n".join(lines).encode(), check=True
    ).stdout.decode()
    assert found == alone.split("\n")[:-1]
    assert [json.loads(row)["text"] for row in found] == lines
