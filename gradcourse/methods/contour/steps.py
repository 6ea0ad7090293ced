"""One contour step, written to be read; the fast form is in `chains`."""

from typing import NamedTuple

import torch
from torch import Tensor

from gradcourse.methods.contour.partition import log_psi, multiplier
from gradcourse.methods.contour.plain import sgld_step
from gradcourse.methods.contour.walks import Energy

__all__ = ["State", "contour_step", "gain"]

WEIGHTS = ("interpolated", "published")


class State(NamedTuple):
    """Where the chains stand and what they believe."""

    x: Tensor  # positions, (C, d), parameter units
    u: Tensor  # energies there, (C,), energy units
    g: Tensor  # gradients there, (C, d), energy/parameter units
    log_theta: Tensor  # estimated log-masses of the bins, (C, m), nats
    seen: Tensor  # which bins were ever visited, (C, m), bool


def gain(
    k: int, *, most: float = 3e-3, scale: float = 10.0, power: float = 0.8, offset: float = 100.0
) -> float:
    """Give the step size with which the masses are learnt: level at first, then falling.

    Args:
        k: how many steps were taken before, 0, 1, ...
        most: never more than this, in (0, 1).
        scale: numerator > 0.
        power: how fast it falls, in (0.5, 1] for the theorems.
        offset: added to k^power, > 0.

    Returns:
        omega_k, a number.

    Raises:
        ValueError: unless k >= 0, 0 < most < 1, scale > 0 and offset > 0.

    Example:
        >>> gain(0), gain(10**5) < 1e-3
        (0.003, True)

    Source:
        W. Deng, G. Lin, F. Liang, 2020, settings of the published demo.
    """
    if not k >= 0:
        raise ValueError(f"k must be >= 0, got {k}")
    if not 0 < most < 1:
        raise ValueError(f"most must be in (0, 1), got {most}")
    for name, value in (("scale", scale), ("offset", offset)):
        if not value > 0:
            raise ValueError(f"{name} must be > 0, got {value}")
    return min(most, scale / (k**power + offset))  # (4.9)


def contour_step(
    state: State, energy: Energy, noise: Tensor, *, lr: float, u0: float, du: float,
    omega: float, zeta: float = 0.75, temperature: float = 1.0, weight: str = "interpolated",
    bound: float = 50.0, domain: tuple | None = None,
) -> State:
    """Move every chain by its bent force, then move its masses towards the bin it is in.

    Args:
        state: where the chains stand.
        energy: as in `sgld`; asked once, at the new positions.
        noise: standard normals, (C, d).
        lr: step size > 0, parameter^2/energy units.
        u0: lower edge of bin 0, energy units.
        du: width of a bin > 0, energy units.
        omega: step size of the masses, in [0, 1); 0 freezes them.
        zeta: how flat, >= 0.
        temperature: tau > 0, energy units.
        weight: "interpolated", Psi(U)^zeta, or "published", theta(J)^zeta.
        bound: largest size of the multiplier, > 0.
        domain: as in `sgld`.

    Returns:
        The next state; shapes, dtypes and device of the old one.

    Raises:
        ValueError: unless lr > 0, du > 0, zeta >= 0, temperature > 0, bound > 0, 0 <= omega < 1
            and weight is one of the two.

    Example:
        >>> flat = torch.tensor([[0.5, 0.5]]).log()
        >>> one = torch.ones(1, 1)
        >>> here = State(one, torch.tensor([0.5]), one, flat, torch.tensor([[True, False]]))
        >>> bowl = lambda x: ((x**2).sum(-1) / 2, x)
        >>> step = contour_step(here, bowl, 0 * one, lr=0.5, u0=0.0, du=1.0, omega=0.2, zeta=1.0)
        >>> step.x, step.log_theta.exp()  # the mass of bin 0: 0.5 + 0.2 * 0.5 * (1 - 0.5)
        (tensor([[0.5000]]), tensor([[0.5500, 0.4500]]))

    Source:
        W. Deng, G. Lin, F. Liang, 2020.

    Differs from the source:
        Moves out of the domain are refused; what is never visited pulls nothing; logarithms are
        kept; the interpolated weight is the default.
    """
    check_weight(weight)
    if not 0 <= omega < 1:
        raise ValueError(f"omega must be in [0, 1), got {omega}")
    bins = {"u0": u0, "du": du}
    pull = multiplier(state.log_theta, state.u, zeta=zeta, temperature=temperature, bound=bound,
                      seen=state.seen, **bins).to(state.x.dtype)
    x = sgld_step(state.x, pull[:, None] * state.g, noise, lr=lr, temperature=temperature,
                  domain=domain)  # (4.5)
    u, g = energy(x)
    m = state.log_theta.shape[-1]
    here = torch.arange(m, device=u.device) == ((u - u0) / du).floor().clamp(0, m - 1)[:, None]
    log_w = zeta * log_psi(state.log_theta, u, seen=state.seen | here,
                           interpolate=weight == "interpolated", **bins)  # (4.8)
    theta, by = state.log_theta.exp(), omega * log_w.exp()[:, None]
    theta = theta + by * (here.to(theta.dtype) - theta)  # (4.7)
    return State(x, u, g, theta.log(), state.seen | here)


def check_weight(weight: str) -> None:
    """Refuse an unknown weight."""
    if weight not in WEIGHTS:
        raise ValueError(f"weight must be one of {', '.join(WEIGHTS)}, got {weight!r}")
