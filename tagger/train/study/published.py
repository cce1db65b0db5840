"""What the original comparison reported, run by run: figures of its own tables, set beside ours and never mixed with them.

`best_epoch` counts from 1. `train_f1` and `test_f1` are its metric (see :mod:`tagger.train.study.metric`), losses are mean cross-entropies.
"""

EPOCHS = 30
WIDTH = 512
EMBEDDING = 512
VOCABULARY = 50_205
TRAINING_TOKENS = 202_073
PARAMETERS = {"rnn": 29_916_681, "gru": 38_317_577, "lstm": 42_518_025}
SAVED_MODEL = {"mean_accuracy": 0.9521, "mean_f1": 0.10816, "later_mean_f1": 0.13168}
# Three schedules are reported with one best epoch, one mean F1 and one loss.
SAME_FIGURES = ("schedules-cosine", "schedules-six-steps", "schedules-two-steps")
SAME_EPOCH = 16

RUNS: dict[str, dict[str, float]] = {
    "cells-rnn": {"best_epoch": 27, "train_loss": 0.00773, "test_loss": 0.46088, "train_f1": 0.16449, "test_f1": 0.12342},
    "cells-gru": {"best_epoch": 27, "train_loss": 0.00182, "test_loss": 0.40403, "train_f1": 0.16596, "test_f1": 0.12778},
    "cells-lstm": {"best_epoch": 23, "train_loss": 0.00147, "test_loss": 0.40636, "train_f1": 0.16608, "test_f1": 0.12959},
    "schedules-plateau": {"best_epoch": 20, "test_f1": 0.12738, "test_loss": 0.39018},
    "schedules-plateau-late": {"best_epoch": 16, "test_f1": 0.12837, "test_loss": 0.386362},
    "schedules-plateau-then-cycle": {"best_epoch": 35, "test_f1": 0.130288, "test_loss": 0.34989},
    "schedules-one-cycle": {"best_epoch": 30, "test_f1": 0.13026, "test_loss": 0.45008},
    "schedules-cosine": {"best_epoch": 16, "test_f1": 0.13503, "test_loss": 0.35447},
    "schedules-six-steps": {"best_epoch": 16, "test_f1": 0.13503, "test_loss": 0.35447},
    "schedules-two-steps": {"best_epoch": 16, "test_f1": 0.135032, "test_loss": 0.35447},
    "batch-32": {"best_epoch": 28, "test_f1": 0.13399},
    "batch-128": {},  # interrupted
    "depth-4": {"best_epoch": 9, "test_f1": 0.13354},
    "width-half": {"best_epoch": 14, "test_f1": 0.12993},
}
