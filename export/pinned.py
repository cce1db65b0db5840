"""LSTM layers whose int8 scores do not depend on what else is in the batch.

onnxruntime's DynamicQuantizeLSTM scales activations by the range that it finds in the whole batch, so a sentence's scores would change with its
neighbours. Here every range is the same in every batch: two more columns of constants stand at the bounds of each layer's input, and two more
hidden units, whose gates are saturated, at the bounds of its state. At step t every state obeys |h| <= tanh(t), since |c| grows by at most 1 a
step, and a unit whose input, output and forget gates are open and whose cell input is 1 (or -1) has h = tanh(t) (or -tanh(t)). Nothing reads them.
"""

import numpy as np

EXTRA = 2  # columns, and units of each direction
SATURATED = 30.0  # a bias at which float32's sigmoid and tanh are 1


def pin_layer(weights: np.ndarray, recurrence: np.ndarray, bias: np.ndarray, columns: np.ndarray, inputs: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add the two units to an LSTM layer, and move its input columns. Gates are in ONNX's order i, o, f, c.

    *Shape:* weights (directions, 4 x width, columns), recurrence (directions, 4 x width, width), bias (directions, 8 x width)
    -> the same with width + EXTRA and `inputs` columns.

    :param columns: the new place of each old column; the others get weight 0.
    """
    directions, _, width = recurrence.shape
    wide = width + EXTRA
    new_weights = np.zeros((directions, 4 * wide, inputs), np.float32)
    new_recurrence = np.zeros((directions, 4 * wide, wide), np.float32)
    new_bias = np.zeros((directions, 2, 4, wide), np.float32)  # of the input and of the recurrence
    new_bias[..., :width] = bias.reshape(directions, 2, 4, width)
    for gate in range(4):
        old, new = slice(gate * width, (gate + 1) * width), slice(gate * wide, gate * wide + width)
        new_weights[:, new, columns] = weights[:, old]
        new_recurrence[:, new, :width] = recurrence[:, old]
    new_bias[:, 0, :, width:] = SATURATED
    new_bias[:, 0, 3, width + 1] = -SATURATED
    return new_weights, new_recurrence, new_bias.reshape(directions, 8 * wide)


def pinned_columns(directions: int, width: int) -> np.ndarray:
    """Where the real units of a pinned layer stand in its output of `directions` x (width + EXTRA) columns."""
    return np.concatenate([np.arange(width) + direction * (width + EXTRA) for direction in range(directions)])
