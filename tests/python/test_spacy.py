"""The component for spaCy: our tokens under spaCy's, and what spaCy's users expect of a component."""

import pickle
import subprocess
import sys

import pytest
from support import corpora
from support.processes import ROOT, run_program

from tagger import OptionError, Tagger

spacy = pytest.importorskip("spacy", reason="spaCy is not installed: pip install 'uk-tag[spacy]'")


TEXT = "Олена Коваленко живе  в Києві.\n\nУчора Петро був у Львові."


def pipeline(model, **options):
    nlp = spacy.blank("uk")
    nlp.add_pipe("uk_tag", config={"model": str(model), "device": "cpu", **options})
    return nlp


def names(doc):
    return [(span.text, span.label_) for span in doc.ents]


def test_words_that_spacy_cuts_are_one_entity():
    nlp = spacy.blank("uk")
    nlp.add_pipe("uk_tag", config={"device": "cpu"})
    text = "Івано-Франківська громада і Кам'янець-Подільський район."
    ours = [(entity.text, entity.label) for entity in Tagger.load(device="cpu")(text)]
    assert ("Івано-Франківська", "LOC") in ours
    assert names(nlp(text)) == ours
    assert len(nlp("Івано-Франківська")) == 3, "else this test shows nothing"


def test_evaluate_has_our_scores(tiny_model):
    """The corpus as running text: spaCy's F1 is the same as that of our own entities."""
    nlp, tagger = pipeline(tiny_model, labels={"PERS": "PERS"}), Tagger.load(tiny_model, device="cpu")
    examples, hits, found, wanted = [], 0, 0, 0
    for tokens, tags in corpora.sentences(60, seed=5):
        tokens = [token.replace("Коваленко", "Коваленко-Ткач") for token in tokens]
        text = " ".join(tokens)
        doc = spacy.tokens.Doc(nlp.vocab, words=tokens, ents=tags)
        gold = {(span.start_char, span.end_char, span.label_) for span in doc.ents}
        ours = {(entity.start, entity.end, entity.label) for entity in tagger(text)}
        hits, found, wanted = hits + len(gold & ours), found + len(ours), wanted + len(gold)
        reference = nlp.make_doc(text)
        reference.set_ents([reference.char_span(start, end, label=label) for start, end, label in gold])
        examples.append(spacy.training.Example(nlp.make_doc(text), reference))
    scores = nlp.evaluate(examples)
    assert 0 < hits < wanted, "neither all nor nothing"
    assert scores["ents_f"] == pytest.approx(2 * hits / (found + wanted))
    assert set(scores["ents_per_type"]) == {"PERS", "LOC", "ORG"}
    assert nlp.get_pipe_meta("uk_tag").default_score_weights["ents_f"] == 1


def test_a_document_of_given_words_keeps_them(tiny_model):
    words = ["Олена", "Коваленко", "живе", "в", "Києві", "."]
    nlp = pipeline(tiny_model, labels={"PERS": "PERS"})
    tagger = Tagger.load(tiny_model, device="cpu")
    doc = nlp(spacy.tokens.Doc(nlp.vocab, words=words))
    tags = [f"{token.ent_iob_}-{token.ent_type_}".removesuffix("-") for token in doc]
    assert tags == tagger.tag(words)
    assert doc.ents[0]._.uk_tag_score == pytest.approx(tagger(" ".join(words))[0].score)
    mixed = [doc.text, spacy.tokens.Doc(nlp.vocab, words=words), "Петро"]
    assert [len(doc.ents) for doc in nlp.pipe(mixed)] == [2, 2, 1], "in order"


def test_scores_threshold_and_spans(tiny_model):
    ours = Tagger.load(tiny_model, device="cpu")(TEXT)
    doc = pipeline(tiny_model, spans_key="uk")(TEXT)
    scores = [entity.score for entity in ours]
    assert [span._.uk_tag_score for span in doc.ents] == pytest.approx(scores)
    assert [span.text for span in doc.spans["uk"]] == [entity.text for entity in ours]
    assert doc.spans["uk"].attrs["scores"] == pytest.approx(scores)
    limit = sorted(scores)[1]
    kept = [entity.text for entity in ours if entity.score >= limit]
    assert [span.text for span in pipeline(tiny_model, threshold=limit)(TEXT).ents] == kept and len(kept) < len(ours)
    with pytest.raises(OptionError, match="from 0 to 1"):
        pipeline(tiny_model, threshold=2)


def test_blocked_tokens_and_earlier_entities(tiny_model):
    def with_earlier(**options):
        nlp = pipeline(tiny_model, **options)
        doc = nlp.make_doc(TEXT)
        surname, village = doc.char_span(6, 15, label="OWN"), doc.char_span(24, 29)
        doc.set_ents([surname], blocked=[village])
        return nlp.get_pipe("uk_tag")(doc)

    doc = with_earlier()
    assert ("Коваленко", "OWN") in names(doc) and "Олена Коваленко" not in [text for text, _ in names(doc)]
    doc = with_earlier(overwrite=True)
    assert ("Олена Коваленко", "PER") in names(doc) and ("Коваленко", "OWN") not in names(doc)
    for doc in (with_earlier(), with_earlier(overwrite=True)):
        token = next(token for token in doc if token.text == "Києві")
        assert (token.ent_iob, token.ent_type) == (3, 0), "still blocked"
        assert "Києві" not in [text for text, _ in names(doc)] and ("Львові", "LOC") in names(doc)


def test_sentences_switch(tiny_model):
    text = "Олена Коваленко. Олена Коваленко."
    tagger = Tagger.load(tiny_model, device="cpu")
    for switch in (True, False):
        scores = [span._.uk_tag_score for span in pipeline(tiny_model, sentences=switch)(text).ents]
        assert scores == pytest.approx([entity.score for entity in tagger(text, sentences=switch)])
    assert tagger(text) != tagger(text, sentences=False), "else the switch shows nothing"


SETTINGS = {
    "threads": 2,
    "sentences": False,
    "retokenize": False,
    "overwrite": True,
    "spans_key": "uk",
    "threshold": 0.25,
    "labels": {"PERS": "PERS", "LOC": "GPE"},
    "names": {"Так": "WORD"},
    "forbid": ["Львів"],
}


def test_settings_are_kept(tiny_model, tmp_path):
    nlp = pipeline(tiny_model, **SETTINGS)
    expected = names(nlp(TEXT + " Так."))
    assert ("Так", "WORD") in expected and not [text for text, _ in expected if text == "Львові"]
    nlp.to_disk(tmp_path / "pipeline")
    bare = spacy.blank("uk")
    bare.add_pipe("uk_tag", config={"device": "cpu"})
    copies = [spacy.load(tmp_path / "pipeline"), bare.from_bytes(nlp.to_bytes()), pickle.loads(pickle.dumps(nlp))]
    for copy in copies:
        own = copy.get_pipe("uk_tag").settings
        for name, value in SETTINGS.items():
            if name not in ("names", "forbid"):
                assert getattr(own, name) == value, name
        assert names(copy(TEXT + " Так.")) == expected
    elsewhere = spacy.load(tmp_path / "pipeline", config={"components.uk_tag.threads": 3}).get_pipe("uk_tag")
    assert elsewhere.settings.threads == 3, "a setting of the machine that was given stays"


def test_error_handler(tiny_model):
    nlp, seen = pipeline(tiny_model), []
    component = nlp.get_pipe("uk_tag")
    nlp.set_error_handler(lambda name, proc, docs, error: seen.append((name, len(docs), type(error))))
    component._tagger = object()  # whatever is asked of it fails
    assert list(nlp.pipe(["Київ", "Львів"])) == []
    assert seen == [("uk_tag", 2, AttributeError)]


def test_spacy_convert_reads_our_conllu(tiny_model, tmp_path):
    """As the README says: with `--key NE`, which spaCy's converter looks for."""
    text = (TEXT.split("\n")[0] + "\n").encode()
    done = run_program("uk-tag", "-m", tiny_model, "-i", "text", "-O", "conllu", "--key", "NE", stdin=text, check=True)
    (tmp_path / "corpus.conllu").write_bytes(done.stdout)
    command = [sys.executable, "-m", "spacy", "convert", tmp_path / "corpus.conllu", tmp_path, "-c", "conllu"]
    subprocess.run(command, check=True, capture_output=True)
    nlp = spacy.blank("uk")
    (doc,) = spacy.tokens.DocBin().from_disk(tmp_path / "corpus.spacy").get_docs(nlp.vocab)
    assert names(doc) == [(e.text, e.label) for e in Tagger.load(tiny_model, device="cpu")(TEXT.split("\n")[0])]
    readme = (ROOT / "tagger/integrations/README.md").read_text(encoding="utf-8")
    assert "--key NE" in readme and "spacy convert" in readme
