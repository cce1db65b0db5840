"""The optimizer of the teacher: AdamW (Loshchilov and Hutter 2019) with layer-wise rates, warm-up and linear decay."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from tagger.train.teacher.encoder.network import Encoder

CLIP = 1.0  # largest norm of the gradient


class Optimizer:
    """One step at a time, with the learning rate of a schedule of known length.

    :param head: parameters above the encoder.
    :param rate: highest learning rate of the encoder's top layer.
    :param head_rate: highest learning rate of the head.
    :param layer_decay: rate of a layer over that of the layer above it (Howard and Ruder 2018); the subword table is
        the lowest.
    :param steps: length of the schedule.
    :param warm_up: share of the steps in which the rate rises.

    Parameters that need no gradient stay as they are.
    """

    def __init__(
        self,
        encoder: Encoder,
        head: Iterable[nn.Parameter],
        *,
        rate: float,
        head_rate: float,
        layer_decay: float,
        steps: int,
        warm_up: float = 0.1,
    ) -> None:
        head = list(head)
        by_depth: dict[int, list[nn.Parameter]] = {}
        for name, parameter in encoder.named_parameters():
            if not parameter.requires_grad:
                continue
            depth = int(name.split(".")[1]) + 1 if name.startswith("layers.") else 0
            by_depth.setdefault(depth, []).append(parameter)
        groups: list[dict[str, Any]] = []
        for depth, parameters in by_depth.items():
            groups += _groups(parameters, rate * layer_decay ** (encoder.settings.layers - depth))
        groups += _groups(head, head_rate)
        self.parameters = [parameter for group in groups for parameter in group["params"]]
        self._adamw = torch.optim.AdamW(groups, fused=True, betas=(0.9, 0.98), eps=1e-6)
        self._rates = [group["lr"] for group in groups]
        self.steps, self.step_number = max(steps, 1), 0
        self._warm = max(int(steps * warm_up), 1)

    def step(self, loss: Tensor) -> None:
        """Update all weights by one loss."""
        self.step_number += 1
        falling = max(self.steps - self.step_number, 0) / max(self.steps - self._warm, 1)
        share = min(self.step_number / self._warm, falling)
        for group, rate in zip(self._adamw.param_groups, self._rates, strict=True):
            group["lr"] = rate * share
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.parameters, CLIP)
        self._adamw.step()
        self._adamw.zero_grad()

    def state(self) -> dict[str, Any]:
        """Return what a training needs to go on: the step, and the moments of AdamW."""
        return {"step": self.step_number, "adamw": self._adamw.state_dict()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state of :meth:`state`."""
        self.step_number = state["step"]
        self._adamw.load_state_dict(state["adamw"])


def _groups(parameters: list[nn.Parameter], rate: float) -> list[dict[str, Any]]:
    matrices = [parameter for parameter in parameters if parameter.ndim > 1]
    vectors = [parameter for parameter in parameters if parameter.ndim <= 1]  # biases and norms are not decayed
    return [
        {"params": matrices, "lr": rate, "weight_decay": 0.01},
        {"params": vectors, "lr": rate, "weight_decay": 0.0},
    ]


def half_precision(device: torch.device) -> torch.autocast:
    """Compute matrix products in bfloat16 where the device has instructions for it.

    That is 2.6 times as fast as float32 on such a CPU, and 8 times slower on one without.
    """
    # no public function tells whether the library that computes has such instructions
    supported = device.type != "cpu" or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return torch.autocast(device.type, torch.bfloat16, enabled=supported)
