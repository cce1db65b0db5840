"""Settings of the training loop; records of the study are identified by the names of their fields."""

from dataclasses import dataclass, field

from tagger.train.data.perturbations import VariantShares
from tagger.train.student.schedules import ScheduleSettings


@dataclass(frozen=True, slots=True)
class LoopSettings:
    """Settings of the training loop.

    :param rate: learning rate of AdamW.
    :param batch_tokens: largest number of tokens in a batch, padding included.
    :param batch_sentences: if given, sentences per batch instead.
    :param clip: gradients are scaled down to this norm; 0 turns that off.
    :param patience: stop after this many epochs without a better score; 0 turns that off.
    :param word_dropout: share of words whose own entry is hidden in a batch, so that the network learns to do without
        it.
    :param feature_dropout: share of all features hidden in a batch.
    :param soft_share: share of a teacher's soft labels in the loss, against the tags of the same tokens.
    :param average: decay of an exponential moving average of the weights, which is scored and kept (Polyak and Juditsky
        1992); 0 turns that off.
    :param glued: share of sentences that are joined to the one before them in their document, drawn anew in each epoch.
    :param by_source: choose the epoch by the mean F1 over the sources of the development documents instead of the F1
        over all of them.
    :param forms: shares of sentences that are shown in another casing or with ASCII punctuation.
    """

    epochs: int = 30
    rate: float = 2e-3
    weight_decay: float = 0.01
    batch_tokens: int = 1024
    batch_sentences: int | None = None
    clip: float = 5.0
    patience: int = 8
    word_dropout: float = 0.2
    feature_dropout: float = 0.1
    soft_share: float = 1.0
    average: float = 0.0
    seed: int = 42
    glued: float = 0.0
    by_source: bool = False
    forms: VariantShares = field(default_factory=VariantShares)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
