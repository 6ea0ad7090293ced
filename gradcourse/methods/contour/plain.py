"""The plain Langevin walk, one step and many."""

import torch
from torch import Tensor

from gradcourse.methods.contour.walks import Energy, Trace, check_lr, walk, within

__all__ = ["sgld", "sgld_step"]


def sgld_step(
    x: Tensor, g: Tensor, noise: Tensor, *, lr: float, temperature: float = 1.0,
    domain: tuple | None = None,
) -> Tensor:
    """Step downhill and shake; stay where the step would leave the domain.

    Args:
        x: positions, (..., d), parameter units.
        g: gradients of the energy there, (..., d), energy/parameter units.
        noise: standard normals, (..., d).
        lr: step size > 0, parameter^2/energy units.
        temperature: tau > 0, energy units.
        domain: lowest and highest corner, numbers or (d,); None: everywhere.

    Returns:
        The next positions; shape, dtype and device of x.

    Raises:
        ValueError: unless lr > 0 and temperature > 0.

    Example:
        >>> sgld_step(torch.ones(1), torch.ones(1), torch.zeros(1), lr=0.25)
        tensor([0.7500])

    Source:
        M. Welling, Y. W. Teh, 2011.

    Differs from the source:
        lr is constant and multiplies the gradient of the energy itself, not half of it.
    """
    check_lr(lr, temperature)
    ahead = x - lr * g + (2 * lr * temperature) ** 0.5 * noise  # (4.1)
    if domain is None:
        return ahead
    return torch.where(within(ahead, domain)[..., None], ahead, x)


def sgld(
    energy: Energy, x0: Tensor, steps: int, *, lr: float | Tensor, temperature: float = 1.0,
    domain: tuple | None = None, every: int = 1, generator: torch.Generator | None = None,
) -> Trace:
    """Walk many chains by noisy gradient descent; one gradient a step and chain.

    Args:
        energy: maps positions (C, d) to energies (C,) and gradients (C, d), exact or noisy.
        x0: starts, (C, d), parameter units.
        steps: how many, >= 0.
        lr: step size > 0, parameter^2/energy units; a tensor (C, 1) gives each chain its own.
        temperature: tau > 0, energy units.
        domain: lowest and highest corner, numbers or (d,); None: everywhere.
        every: keep one sample in so many steps, >= 1.
        generator: source of the noise.

    Returns:
        The trace, all weights equal; dtype and device of x0. It ends before the first kept sample
        that is not finite.

    Raises:
        ValueError: unless x0 is (C, d), lr > 0, temperature > 0, every >= 1 and energy(x) gives
            (C,) and (C, d).

    Example:
        >>> bowl = lambda x: ((x**2).sum(-1) / 2, x)
        >>> cold = sgld(bowl, torch.ones(1, 1), 2, lr=0.5, temperature=1e-20)
        >>> cold.x.squeeze()
        tensor([0.5000, 0.2500])
    """
    return walk(energy, x0, steps, lambda k: lr, temperature, domain, every, generator)
