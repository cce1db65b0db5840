"""A student is drawn towards its teacher's states: only where there is a teacher, only within sentences, and less and less."""

import numpy as np
import pytest
import torch
from corpus_maker import conll

from tagger.features import FeatureSettings
from tagger.tags import tag_set
from tagger.train.data.corpus import read_conll
from tagger.train.student.dataset import batches, build_vocabulary, join, to_arrays
from tagger.train.student.distillation import guide_for
from tagger.train.student.network import Network, NetworkSettings
from tagger.train.student.trainer import LoopSettings, Trainer


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Documents, their vocabulary, and the same documents twice as arrays: with states and without."""
    path = tmp_path_factory.mktemp("guide") / "train.conll"
    path.write_text(conll(60), encoding="utf-8")
    documents = read_conll(path)
    vocabulary = build_vocabulary([sentence.tokens for document in documents for sentence in document.sentences], FeatureSettings(), 1)
    tags = tag_set(sorted({tag[2:] for document in documents for sentence in document.sentences for tag in sentence.tags if tag != "O"}))
    taught, plain = (to_arrays(documents, vocabulary, tags) for _ in range(2))
    taught.states = np.random.default_rng(0).normal(size=(len(taught.rows), 5)).astype(np.float16)[taught.words]  # of the word alone
    return documents, vocabulary, tags, taught, plain


def test_the_distance_is_of_taught_tokens_within_sentences():
    guide = guide_for(3, 2, 0.5, seed=7)
    held, states = torch.randn(4, 2, 3), torch.randn(4, 2, 2)
    inside = torch.tensor([[1, 1], [1, 1], [1, 0], [1, 0]]).bool()
    states[1, 0] = 0  # nobody taught it
    want = sum(((guide.layer(held[t, b]) - states[t, b]) ** 2).mean() for t, b in [(0, 0), (2, 0), (3, 0), (0, 1), (1, 1)]) / 6
    torch.testing.assert_close(guide.distance(held, states, inside), want)
    states[2:, 1] = 1e6
    torch.testing.assert_close(guide.distance(held, states, inside), want)
    assert guide.loss(want, 0.0) == 0.5 * want and guide.loss(want, 0.75) == 0.125 * want and guide.loss(want, 1.0) == 0
    assert torch.equal(guide_for(3, 2, 0.1, seed=7).layer.weight, guide.layer.weight)


def test_states_stay_with_their_tokens(parts):
    *_, taught, plain = parts
    both = join([plain, taught])
    assert not both.states[: len(plain.words)].any() and np.array_equal(both.states[len(plain.words) :], taught.states)
    chosen = np.array([2, len(plain.lengths) + 3])
    [batch] = batches(both, [chosen])
    assert not batch.states[:, 0].any()
    own = taught.states[taught.starts[3] : taught.starts[4]]
    assert np.array_equal(batch.states[: len(own), 1].numpy(), own.astype(np.float32)) and not batch.states[len(own) :, 1].any()
    [alone] = batches(plain, [chosen[:1]])
    assert alone.states is None


def test_training_comes_closer_and_goes_on_where_it_was_killed(parts, tmp_path):
    documents, vocabulary, tags, taught, _ = parts

    def trainer(name):
        torch.manual_seed(1)
        network = Network(NetworkSettings(width=8, embedding=8, dropout=0), len(vocabulary), tags)
        guide = guide_for(16, 5, 1.0, seed=1)
        settings = LoopSettings(epochs=8, rate=2e-2, batch_tokens=128, word_dropout=0, patience=0)
        return Trainer(network, vocabulary, tags, taught, documents[:3], settings, state_path=tmp_path / name, identity="x", guide=guide)

    def distance(trainer):
        [batch] = batches(taught, [np.arange(20)])
        trainer.network.eval()
        with torch.inference_mode():
            held = trainer.network.read(trainer.network.embed(batch.features), batch.index, batch.lengths)
            return trainer.guide.distance(held, batch.states, torch.arange(len(batch.index))[:, None] < batch.lengths).item()

    whole = trainer("whole")
    before = distance(whole)
    wanted = whole.run()
    assert distance(whole) < 0.8 * before

    class Killed(Exception):
        pass

    def kill(line):
        if line.startswith("epoch 2/"):
            raise Killed

    broken = trainer("broken")
    broken.log = kill
    with pytest.raises(Killed):
        broken.run()
    again = trainer("broken")
    assert again.resume()
    found = again.run()
    assert all(torch.equal(tensor, found.weights[name]) for name, tensor in wanted.weights.items())
    assert torch.equal(whole.guide.layer.weight, again.guide.layer.weight)
