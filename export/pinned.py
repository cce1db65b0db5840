"""LSTM layers whose int8 scores do not depend on the rest of the batch.

onnxruntime's DynamicQuantizeLSTM scales activations by the range that it finds in the whole batch, so the scores of a
sentence would change with its neighbours. Here the range is the same in every batch: two further columns of constants
are at the bounds of each layer's input, and two further hidden units, whose gates are saturated, at the bounds of its
state. At step t every state obeys |h| <= tanh(t), because |c| grows by at most 1 per step, and a unit whose input,
output and forget gates are open and whose cell input is 1 (or -1) has h = tanh(t) (or -tanh(t)). Nothing reads them.
"""

import numpy as np

EXTRA = 2  # columns, and units of each direction
SATURATED = 30.0  # a bias at which float32's sigmoid and tanh are 1


def pin_layer(
    weights: np.ndarray, recurrence: np.ndarray, bias: np.ndarray, columns: np.ndarray, inputs: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add the two units to an LSTM layer, and move its input columns. Gates are in ONNX's order i, o, f, c.

    :param weights: input weights.
        *Shape:* (directions, 4 x width, columns).
    :param recurrence: recurrent weights.
        *Shape:* (directions, 4 x width, width).
    :param bias: biases of the input and of the recurrence.
        *Shape:* (directions, 8 x width).
    :param columns: new index of each input column; the other columns get weight 0.
    :param inputs: new number of input columns.
    :returns: the same three with width + EXTRA units.
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
    """Return the columns of the real units in a pinned layer's output of directions x (width + EXTRA) columns."""
    return np.concatenate([np.arange(width) + direction * (width + EXTRA) for direction in range(directions)])
