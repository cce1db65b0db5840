"""Quantization of the embedding table to eight bits.

The table is most of a model file, and tags hardly depend on its last digits.
"""

import torch
from torch import Tensor

STEPS = 127  # of a row, on each side of zero
SMALLEST = torch.finfo(
    torch.half
).smallest_normal  # smaller scales have so few bits that rounding twice would change the result


def round_table(table: Tensor) -> Tensor:
    """Round a table so that each row is a multiple, up to STEPS, of a half-precision scale.

    :param table: the embedding table.
        *Shape:* (rows, columns), float32.
    :returns: the nearest such table. *Shape:* (rows, columns), float32.
    """
    numbers, scales = split_table(table, exact=False)
    return numbers.float() * scales.float()


def split_table(table: Tensor, *, exact: bool = True) -> tuple[Tensor, Tensor]:
    """Split a table into integers and scales.

    :param table: the embedding table.
        *Shape:* (rows, columns), float32.
    :param exact: require that the product of integers and scales is the table.
    :returns: integers and scales. *Shape:* (rows, columns), int8, and (rows, 1), float16.
    :raises ValueError: the table is not one that :func:`round_table` returned, and `exact` is set.
    """
    scales = (table.abs().amax(1, keepdim=True) / STEPS).half().clamp(min=SMALLEST)
    numbers = (table / scales.float()).round().clamp(-STEPS, STEPS).to(torch.int8)
    if exact and not torch.equal(numbers.float() * scales.float(), table):
        raise ValueError("the table is not in eight bits")
    return numbers, scales
