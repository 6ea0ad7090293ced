"""Many contour chains as one tensor: the same steps with one write to the masses for each chain.

Multiplying a whole row of masses by 1 - omega w costs m writes. Here a row is kept as a common
factor times its entries, all in logarithms: the factor shrinks, and only bin J is written.
"""

from collections.abc import Callable
from math import log

import torch
from torch import Tensor

from gradcourse.methods.contour.steps import check_weight, gain
from gradcourse.methods.contour.walks import (
    Diary,
    Energy,
    Trace,
    advance,
    ask,
    check_lr,
    check_start,
    noises,
)

__all__ = ["ContourSGLD"]

EMPTY = -1e6  # the logarithm that stands for a mass of zero


class ContourSGLD:
    """Walk many chains over a landscape that they flatten while they learn it.

    Args:
        energy: maps positions (C, d) to energies (C,) and gradients (C, d), exact or noisy; one
            question a step, for all chains at once.
        x0: starts, (C, d), parameter units.
        lr: step size > 0, parameter^2/energy units; a tensor (C, 1) gives each chain its own.
        u0: lower edge of bin 0, at or just below the lowest energy, energy units.
        du: width of a bin > 0, energy units; the m bins should reach one temperature past the
            highest barrier.
        m: number of bins >= 1.
        zeta: how flat, >= 0; 0 is `sgld`; a tensor (C,) gives each chain its own.
        temperature: tau > 0, energy units.
        gain: omega_k of step k, in [0, 1), or a number; 0 freezes the masses.
        weight: "interpolated", Psi(U)^zeta, or "published", theta(J)^zeta.
        shared: all chains learn one row of masses.
        theta: masses to begin with, (m,); zeros were never visited; None: all equal and unvisited.
        bound: largest size of the multiplier, > 0.
        domain: lowest and highest corner, numbers or (d,); a move outside is refused.

    Returns:
        A sampler; `run` walks on, `theta` are the masses so far, (C, m) or (m,) when shared.

    Raises:
        ValueError: unless x0 is (C, d), lr, du, temperature and bound are > 0, m >= 1, zeta >= 0,
            weight is one of the two, theta has m entries, and energy(x) gives (C,) and (C, d).

    Accuracy:
        The masses are kept as logarithms in float64, whatever the dtype of x0.

    Example:
        >>> bowl = lambda x: ((x**2).sum(-1) / 2, x)
        >>> sampler = ContourSGLD(bowl, torch.ones(4, 1), lr=0.1, u0=0.0, du=0.5, m=6)
        >>> trace = sampler.run(20)
        >>> trace.x.shape, sampler.theta.shape, f"{sampler.theta.sum(-1).mean():.6f}"
        (torch.Size([20, 4, 1]), torch.Size([4, 6]), '1.000000')

    Source:
        W. Deng, G. Lin, F. Liang, *A contour stochastic gradient Langevin dynamics algorithm for
        simulations of multi-modal distributions*, 2020; shared masses: their ICSGLD, 2022.

    Differs from the source:
        As `contour_step` does; bins count from 0, and bin 0 is flat.
    """

    def __init__(
        self, energy: Energy, x0: Tensor, *, lr: float | Tensor, u0: float, du: float, m: int,
        zeta: float | Tensor = 0.75, temperature: float = 1.0,
        gain: Callable[[int], float] | float = gain,
        weight: str = "interpolated", shared: bool = False, theta: Tensor | None = None,
        bound: float = 50.0, domain: tuple | None = None,
    ):
        check_weight(weight)
        check_lr(lr, temperature)
        check_start(x0)
        for name, value, low in (("du", du, 0), ("bound", bound, 0), ("m", m, 0)):
            if not value > low:
                raise ValueError(f"{name} must be > {low}, got {value}")
        if not torch.as_tensor(zeta >= 0).all():
            raise ValueError(f"zeta must be >= 0, got {zeta}")
        self.energy, self.lr, self.u0, self.du, self.m = energy, lr, u0, du, m
        self.zeta, self.temperature, self.bound, self.domain = zeta, temperature, bound, domain
        self.rounded, self.shared, self.steps = weight == "published", shared, 0
        self.gain = gain if callable(gain) else lambda k: gain
        self._masses(x0, theta)
        self.x, (self.u, self.g) = x0, ask(energy, x0)
        self._width = self.u.new_tensor(du)  # divides without a cast at each step
        self._settle()

    @property
    def theta(self) -> Tensor:
        """The masses so far, (C, m), or (m,) when shared; float64."""
        rows = (self._logs.view(-1, self.m + 1)[:, 1:] + self._factor[:, None]).exp()
        return rows[0] if self.shared else rows

    @property
    def seen(self) -> Tensor:
        """Which bins were ever visited, of the shape of theta; bool."""
        rows = self._marks.view(-1, self.m + 1)[:, 1:].clone()
        return rows[0] if self.shared else rows

    def run(
        self, steps: int, *, every: int = 1, generator: torch.Generator | None = None
    ) -> Trace:
        """Walk on.

        Args:
            steps: how many, >= 0.
            every: keep one sample in so many steps, >= 1.
            generator: source of the noise.

        Returns:
            The trace with the weights as they were when each sample was taken; it ends before the
            first kept sample that is not finite.
        """
        check_start(self.x, every)
        diary, shake = Diary(self.x, steps, every), (2 * self.lr * self.temperature) ** 0.5
        steep, bound, flat = self.zeta * self.temperature / self.du, self.bound, self._flat
        for k, noise in enumerate(noises(self.x, steps, generator)):
            M = (flat + steep * self._rise).clamp_(-bound, bound)  # (4.6)
            force = self.g * M.to(self.g.dtype).unsqueeze(1)
            self.x = advance(self.x, force, noise, self.lr, shake, self.domain, diary)  # (4.5)
            self.u, self.g = self.energy(self.x)
            if diary.full(k, self.x, self.u, self._learn()):
                break
        return diary.trace()

    def _masses(self, x0: Tensor, theta: Tensor | None) -> None:
        """Lay out the rows of log-masses end to end, a bin never seen before each.

        So the same index finds a bin in `_log` and the one below it in `_log_below`.
        """
        rows, like = 1 if self.shared else len(x0), {"dtype": torch.float64, "device": x0.device}
        if theta is None:
            theta, seen = torch.ones(self.m, **like), torch.zeros(self.m, **like)
        else:
            if not theta.is_meta and (theta < 0).any():
                raise ValueError(f"theta must be >= 0, got {theta.min():.3g}")
            if theta.shape != (self.m,):
                raise ValueError(f"theta must be ({self.m},), got {tuple(theta.shape)}")
            theta = theta.to(**like)
            seen = theta
        logs = (theta / theta.sum()).log().clamp_(min=EMPTY)
        self._logs = torch.nn.functional.pad(logs, (1, 0), value=EMPTY).repeat(rows)
        self._marks = torch.nn.functional.pad(seen > 0, (1, 0)).repeat(rows)
        self._log, self._log_below = self._logs[1:], self._logs[:-1]
        self._seen, self._seen_below = self._marks[1:], self._marks[:-1]
        self._flat = torch.ones(len(x0), **like)
        self._factor = torch.zeros(rows, **like)
        first = torch.arange(len(x0), device=x0.device)
        self._first = 0 * first if self.shared else first * (self.m + 1)

    def _settle(self) -> None:
        """Find each chain's bin, mark it, and read the rise of log Psi there."""
        t = (self.u - self.u0) / self._width
        J = t.floor().clamp_(0, self.m - 1)
        self._below = (J - t).add_(1).clamp_(0, 1)
        self._index = self._first + J.long()
        self._seen.index_fill_(0, self._index, True)
        self._sloped = (t < self.m) & self._seen_below.index_select(0, self._index)
        self._read()

    def _read(self) -> None:
        self._top = self._log.index_select(0, self._index)
        self._foot = self._log_below.index_select(0, self._index)
        self._rise = (self._top - self._foot).mul_(self._sloped)

    def _learn(self) -> Tensor:
        """Weigh the new samples, move the masses, and return the log-weights."""
        self._settle()
        log_psi = self._top if self.rounded else self._top - self._below * self._rise  # (4.4)
        log_w = (log_psi + self._factor).mul_(self.zeta)  # (4.8)
        omega = self.gain(self.steps)
        self.steps += 1
        if omega and self.shared:
            self._move_together(omega, log_w)
        elif omega:
            self._move_apart(omega, log_w)
        return log_w

    def _move_apart(self, omega: float, log_w: Tensor) -> None:
        """Let each chain move its own row: shrink the factor, add to one bin."""
        add = log_w + log(omega)
        self._factor = self._factor + add.exp().neg_().log1p_()  # (4.7)
        self._top = torch.logaddexp(self._top, add.sub_(self._factor))  # (4.7)
        self._log.scatter_(0, self._index, self._top)
        self._rise = (self._top - self._foot).mul_(self._sloped)

    def _move_together(self, omega: float, log_w: Tensor) -> None:
        """Let all chains move one row by the mean of what each would do."""
        add = omega / len(log_w) * log_w.exp()
        gained = torch.zeros_like(self._log).index_add_(0, self._index, add)
        kept = self._log + torch.log1p(-add.sum())
        torch.logaddexp(kept, gained.log(), out=self._log)  # (4.7)
        self._read()
