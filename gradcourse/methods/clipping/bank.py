"""Keep the averages of many small tensors end to end, so that one kernel moves them all."""

import torch
from torch import Tensor

__all__ = []

SMALL = 1 << 14  # numbers: a larger tensor keeps a kernel busy by itself


def small(x: Tensor) -> bool:
    """Say whether calling a kernel for x costs more than its numbers do."""
    return x.numel() <= SMALL and not x.is_cuda


class Bank:
    """The averages m and s of some tensors, and room for what they do next, each in one piece.

    The pieces that belong to one tensor are views: an optimizer's state holds them, and reads and
    writes of either side are seen by the other.

    Args:
        params: tensors of one dtype on one device.
        states: for each its averages, {"m": ..., "s": ...}; replaced by views of the same numbers.
    """

    def __init__(self, params: list[Tensor], states: list[dict]):
        sizes = [p.numel() for p in params]
        self.m, self.s = (torch.cat([state[key].reshape(-1) for state in states]) for key in "ms")
        self.room = torch.empty_like(self.m)
        self._ms, self._ss, self._room = (
            [part.view(p.shape) for part, p in zip(whole.split(sizes), params, strict=True)]
            for whole in (self.m, self.s, self.room))
        for state, m, s in zip(states, self._ms, self._ss, strict=True):
            state.update(m=m, s=s)

    def __len__(self) -> int:
        return len(self._ms)

    def fits(self, states: tuple[dict, ...]) -> bool:
        """Say whether it may stay: not if there are more of them, or a load replaced some.

        Fewer than it holds are served one by one: a tensor may miss a gradient now and then.
        """
        if len(states) != len(self):
            return len(states) < len(self)
        return all(state["m"] is m and state["s"] is s
                   for state, m, s in zip(states, self._ms, self._ss, strict=True))

    def gather(self, grads: list[Tensor]) -> Tensor:
        """Copy the gradients into the room, end to end."""
        torch._foreach_copy_(self._room, grads)
        return self.room

    def parts(self) -> list[Tensor]:
        """Return the room's pieces, shaped as the tensors."""
        return self._room
