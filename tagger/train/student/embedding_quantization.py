"""The embedding table in eight bits: most of a model file is this table, and tags hardly depend on its last digits."""

import torch
from torch import Tensor

STEPS = 127  # of a row, on each side of zero
SMALLEST = torch.finfo(torch.half).smallest_normal  # scales below it have so few bits that rounding twice would not give what rounding once gives


def round_table(table: Tensor) -> Tensor:
    """The nearest table whose rows are whole multiples, up to STEPS, of a half-precision scale. *Shape:* (rows, columns), float32, the same."""
    numbers, scales = split_table(table, exact=False)
    return numbers.float() * scales.float()


def split_table(table: Tensor, *, exact: bool = True) -> tuple[Tensor, Tensor]:
    """Numbers and scales of a table. *Shape:* (rows, columns), float32 -> (rows, columns), int8, and (rows, 1), float16.

    :raises ValueError: `exact`, and the table is not of the form that :func:`round_table` gives.
    """
    scales = (table.abs().amax(1, keepdim=True) / STEPS).half().clamp(min=SMALLEST)
    numbers = (table / scales.float()).round().clamp(-STEPS, STEPS).to(torch.int8)
    if exact and not torch.equal(numbers.float() * scales.float(), table):
        raise ValueError("the table is not in eight bits")
    return numbers, scales
