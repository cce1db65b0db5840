"""Small students for tests: options of a quick training, a network with random weights, and the rates of a schedule."""

import torch

from export.parity import random_sentences
from tagger.features.names import FeatureSettings, names
from tagger.features.vocabulary import Vocabulary
from tagger.tags import tag_set
from tagger.train.student.checkpoint import Checkpoint
from tagger.train.student.embedding_quantization import round_table
from tagger.train.student.network import Network, NetworkSettings
from tagger.train.student.schedules import Schedule

OPTIONS = "--epochs 4 --width 12 --embedding 12 --batch-tokens 256 --rate 0.01 --threads 1 --patience 0".split()


def random_checkpoint(**options) -> Checkpoint:
    """Return a checkpoint of a small network with random weights."""
    torch.manual_seed(3)
    features = FeatureSettings(affix=2, piece=(2, 3))
    words = sorted(
        {name for sentence in random_sentences(8, 5) for token in sentence for name in names(token, features)}
    )
    vocabulary = Vocabulary(words, features)
    tags = tag_set(["PERS", "LOC"])
    settings = NetworkSettings(width=7, embedding=5, **options)
    network = Network(settings, len(vocabulary), tags)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "embedding" not in name:
                torch.nn.init.normal_(parameter, std=0.5)
        network.embedding.weight[1:] = round_table(torch.randn_like(network.embedding.weight[1:]))
    return Checkpoint(settings, vocabulary, tags, network.state_dict())


def rates(settings, epochs=6, steps=2, scores=(0.5,) * 6):
    """Return the learning rate at the start of each epoch."""
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    schedule = Schedule(optimizer, settings, epochs, steps)
    seen = []
    for epoch in range(1, epochs + 1):
        schedule.before_epoch(epoch)
        seen.append(round(optimizer.param_groups[0]["lr"], 6))
        for _ in range(steps):
            optimizer.step()
            schedule.after_step(epoch)
        schedule.after_epoch(epoch, scores[epoch - 1])
    return seen
