"""Two rivals that leave the landscape as it is: a cyclic step, and a hot twin."""

from math import cos, pi

import torch
from torch import Tensor

from gradcourse.methods.contour.walks import (
    Energy,
    Trace,
    check_lr,
    check_start,
    draws,
    walk,
)

__all__ = ["cyclic_lr", "cyclic_sgld", "replica_exchange_sgld"]


def cyclic_lr(k: int, steps: int, *, lr: float, cycles: int) -> float:
    """Give the step size that falls from lr to 0 along a half cosine, again and again.

    Args:
        k: how many steps were taken before, 0 to steps - 1.
        steps: of all cycles together, >= cycles.
        lr: the longest step > 0.
        cycles: how many, >= 1.

    Returns:
        The step size, in (0, lr].

    Raises:
        ValueError: unless lr > 0 and 1 <= cycles <= steps.

    Example:
        >>> cyclic_lr(0, 8, lr=0.5, cycles=2), cyclic_lr(2, 8, lr=0.5, cycles=2)
        (0.5, 0.25)

    Source:
        R. Zhang, C. Li, J. Zhang, C. Chen, A. G. Wilson, 2020.
    """
    check_lr(lr, 1.0)
    if not 1 <= cycles <= steps:
        raise ValueError(f"cycles must be in [1, {steps}], got {cycles}")
    return lr / 2 * (1 + cos(pi * (k * cycles % steps) / steps))  # (4.15)


def cyclic_sgld(
    energy: Energy, x0: Tensor, steps: int, *, lr: float | Tensor, cycles: int,
    temperature: float = 1.0, domain: tuple | None = None, every: int = 1,
    generator: torch.Generator | None = None,
) -> Trace:
    """Walk as `sgld` does, with a step that begins each cycle long and ends it short.

    Args:
        energy: as in `sgld`.
        x0: starts, (C, d), parameter units.
        steps: how many in all cycles, >= cycles.
        lr: the longest step > 0; a tensor (C, 1) gives each chain its own.
        cycles: how many, >= 1.
        temperature: tau > 0, energy units.
        domain: as in `sgld`.
        every: keep one sample in so many steps, >= 1.
        generator: source of the noise.

    Returns:
        The trace; samples of a cycle's first half, taken while the step is long, weigh nothing.

    Raises:
        ValueError: as `sgld` and `cyclic_lr` do.

    Example:
        >>> bowl = lambda x: ((x**2).sum(-1) / 2, x)
        >>> cyclic_sgld(bowl, torch.ones(1, 1), 4, lr=0.5, cycles=1).log_w.squeeze()
        tensor([-inf, -inf, 0., 0.])

    Source:
        R. Zhang, C. Li, J. Zhang, C. Chen, A. G. Wilson, 2020.
    """
    parts = [cyclic_lr(k, steps, lr=1.0, cycles=cycles) for k in range(steps)]
    trace = walk(energy, x0, steps, lambda k: lr * parts[k], temperature, domain, every, generator)
    late = torch.tensor([part <= 0.5 + 1e-12 for part in parts[every - 1 :: every]])
    late = late[: len(trace.x), None].to(trace.log_w.device)
    return trace._replace(log_w=torch.where(late, trace.log_w, -torch.inf))


def replica_exchange_sgld(
    energy: Energy, x0: Tensor, steps: int, *, lr: float | Tensor, hot: float,
    temperature: float = 1.0, hot_lr: float | Tensor | None = None, energy_variance: float = 0.0,
    domain: tuple | None = None, every: int = 1, generator: torch.Generator | None = None,
) -> Trace:
    """Walk pairs of chains, one cold and one hot, that trade places now and then.

    **Two** gradients a step: at an equal budget of gradients give it half the steps.

    Args:
        energy: as in `sgld`; it is asked at 2 C positions, the cold ones first.
        x0: starts of both, (C, d), parameter units.
        steps: how many, >= 0.
        lr: step size of the cold chain > 0; a tensor (C, 1) gives each pair its own.
        hot: temperature of the hot chain, >= temperature, energy units.
        temperature: tau of the cold chain > 0, energy units.
        hot_lr: step size of the hot chain > 0, like lr; None: lr.
        energy_variance: variance of the noise in one energy, which would make trades too frequent.
        domain: as in `sgld`.
        every: keep one sample in so many steps, >= 1.
        generator: source of the noise.

    Returns:
        The trace of the cold chains, all weights equal; dtype and device of x0.

    Raises:
        ValueError: unless hot >= temperature, hot_lr > 0, energy_variance >= 0, and as `sgld`.

    Example:
        >>> bowl = lambda x: ((x**2).sum(-1) / 2, x)
        >>> replica_exchange_sgld(bowl, torch.ones(3, 1), 5, lr=0.1, hot=4.0).x.shape
        torch.Size([5, 3, 1])

    Source:
        W. Deng, Q. Feng, L. Gao, F. Liang, G. Lin, 2020.
    """
    if not hot >= temperature:
        raise ValueError(f"hot must be >= temperature = {temperature}, got {hot}")
    if not energy_variance >= 0:
        raise ValueError(f"energy_variance must be >= 0, got {energy_variance}")
    hot_lr = lr if hot_lr is None else hot_lr
    check_lr(lr, temperature)
    check_lr(hot_lr, hot)
    check_start(x0)
    one = torch.ones(len(x0), 1, dtype=x0.dtype, device=x0.device)
    pull, heat = torch.cat([lr * one, hot_lr * one]), torch.cat([temperature * one, hot * one])
    colder = 1 / temperature - 1 / hot

    def trade(x: Tensor, u: Tensor, g: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, u, g = (t.unflatten(0, (2, -1)) for t in (x, u, g))
        gain = colder * (u[0] - u[1] - colder * energy_variance)
        dice = draws((len(x0),), x0, generator, torch.rand)
        swap = dice < gain.exp()  # (4.16)
        x, g = (torch.where(swap[:, None], t.flip(0), t).flatten(0, 1) for t in (x, g))
        return x, torch.where(swap, u.flip(0), u).flatten(0, 1), g

    pair = walk(energy, x0.repeat(2, 1), steps, lambda k: pull, heat, domain, every, generator,
                after=trade)
    C = len(x0)
    return Trace(pair.x[:, :C], pair.u[:, :C], pair.log_w[:, :C], pair.rejected[:C], pair.stopped)
