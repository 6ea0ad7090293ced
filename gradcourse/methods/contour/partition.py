"""The energy axis cut into bins, the log-linear estimate of their masses, and what it pulls."""

from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Place", "bin_of", "importance_weights", "log_psi", "multiplier", "place"]


class Place(NamedTuple):
    """Where energies lie between the knots of log Psi."""

    J: Tensor  # bin, 0 to m - 1, the shape of the energies, int64
    top: Tensor  # log theta(J), the knot at the bin's upper edge, nats
    rise: Tensor  # log theta(J) - log theta(J - 1), 0 where Psi is flat, nats
    below: Tensor  # 1 - s: how far below the upper edge, in bins, 0 to 1


def bin_of(u: Tensor, *, u0: float, du: float, m: int) -> Tensor:
    """Find the bin of each energy: bin i holds u0 + i du <= u < u0 + (i + 1) du.

    Args:
        u: energies, any shape, energy units.
        u0: lower edge of bin 0; energies below it belong to bin 0.
        du: width of a bin > 0, energy units.
        m: number of bins >= 1; energies above the last belong to it.

    Returns:
        Whole numbers 0 to m - 1, int64, shape and device of u.

    Raises:
        ValueError: unless du > 0 and m >= 1.

    Example:
        >>> bin_of(torch.tensor([-1.0, 0.0, 0.6, 9.0]), u0=0.0, du=0.5, m=4)
        tensor([0, 0, 1, 3])
    """
    _check_bins(du, m)
    return ((u - u0) / du).floor().clamp(0, m - 1).long()


def place(
    log_theta: Tensor, u: Tensor, *, u0: float, du: float, seen: Tensor | None = None
) -> Place:
    """Find the bin of each energy, its two knots, and how far from the upper one it lies.

    Psi is flat in bin 0, above the last edge, and beside a bin that was never visited: there is
    no knot to draw a line to.

    Args:
        log_theta: logarithms of the bins' masses, (..., m), nats; -inf for a mass of zero. Its
            leading sizes broadcast against the shape of u: one row for all, or one for each chain.
        u: energies, (...), energy units.
        u0: lower edge of bin 0.
        du: width of a bin > 0, energy units.
        seen: which bins were ever visited, bool, like log_theta; None: those with a mass.

    Returns:
        The places; dtype and device of log_theta.

    Raises:
        ValueError: unless du > 0.

    Example:
        >>> at = place(torch.tensor([0.5, 0.25, 0.25]).log(), torch.tensor([1.5]), u0=0.0, du=1.0)
        >>> at.J, at.rise, at.below
        (tensor([1]), tensor([-0.6931]), tensor([0.5000]))
    """
    m = log_theta.shape[-1]
    J = bin_of(u, u0=u0, du=du, m=m)
    known = log_theta > -torch.inf if seen is None else seen
    rows, known = (t.expand(*J.shape, m) for t in (log_theta, known))
    top, foot = _pick(rows, J), _pick(rows, (J - 1).clamp(min=0))
    t = (u - u0) / du
    sloped = (J > 0) & (t < m) & _pick(known, J) & _pick(known, (J - 1).clamp(min=0))
    rise = torch.where(sloped, top - foot, torch.zeros_like(top))
    return Place(J, top, rise, (J + 1 - t).clamp(0, 1).to(top.dtype))


def log_psi(
    log_theta: Tensor, u: Tensor, *, u0: float, du: float, seen: Tensor | None = None,
    interpolate: bool = True,
) -> Tensor:
    """Read the estimated mass at each energy, log-linear between the bins' upper edges.

    Args:
        log_theta: as in `place`.
        u: energies, (...), energy units.
        u0: lower edge of bin 0.
        du: width of a bin > 0, energy units.
        seen: as in `place`.
        interpolate: False rounds up to the bin's upper edge, as published.

    Returns:
        log Psi(u), or log theta(J) when rounded, (...), nats; dtype and device of log_theta.

    Raises:
        ValueError: unless du > 0.

    Example:
        >>> theta = torch.tensor([0.8, 0.2])
        >>> log_psi(theta.log(), torch.tensor([1.5]), u0=0.0, du=1.0).exp()  # sqrt(0.8 * 0.2)
        tensor([0.4000])
    """
    at = place(log_theta, u, u0=u0, du=du, seen=seen)
    return at.top - at.below * at.rise if interpolate else at.top  # (4.4)


def multiplier(
    log_theta: Tensor, u: Tensor, *, zeta: float, temperature: float, u0: float, du: float,
    bound: float = 50.0, seen: Tensor | None = None,
) -> Tensor:
    """Say how many times the plain force a flattened landscape pulls; below 0 it pushes uphill.

    Args:
        log_theta: as in `place`.
        u: energies, (...), energy units.
        zeta: how flat, >= 0; 0 changes nothing.
        temperature: tau > 0, energy units.
        u0: lower edge of bin 0.
        du: width of a bin > 0, energy units.
        bound: largest size allowed, > 0.
        seen: as in `place`.

    Returns:
        The factors, (...), in [-bound, bound]; dtype and device of log_theta.

    Raises:
        ValueError: unless zeta >= 0, temperature > 0, du > 0 and bound > 0.

    Example:
        >>> theta = torch.tensor([0.5, 0.25, 0.25])
        >>> energies = torch.tensor([0.5, 1.5, 2.5])
        >>> multiplier(theta.log(), energies, zeta=1.0, temperature=1.0, u0=0.0, du=1.0)
        tensor([1.0000, 0.3069, 1.0000])

    Differs from the source:
        Bounded, and 1 beside bins that were never visited, in bin 0 and above the last edge.
    """
    for name, value in (("temperature", temperature), ("bound", bound)):
        if not value > 0:
            raise ValueError(f"{name} must be > 0, got {value}")
    if not zeta >= 0:
        raise ValueError(f"zeta must be >= 0, got {zeta}")
    rise = place(log_theta, u, u0=u0, du=du, seen=seen).rise
    return (1 + zeta * temperature / du * rise).clamp(-bound, bound)  # (4.6)


def importance_weights(
    theta: Tensor, u: Tensor, *, zeta: float, du: float, u0: float, interpolate: bool = True
) -> Tensor:
    """Weigh samples of the flattened density so that they speak for the target.

    Args:
        theta: masses of the bins, (..., m), >= 0; need not sum to one.
        u: energies of the samples, (N, ...), energy units.
        zeta: how flat the sampled density is, >= 0.
        du: width of a bin > 0, energy units.
        u0: lower edge of bin 0.
        interpolate: False rounds Psi up to the bin's upper edge, as published.

    Returns:
        Weights >= 0 whose mean over the N samples is 1, (N, ...); dtype and device of theta.

    Raises:
        ValueError: unless zeta >= 0, du > 0 and no mass is negative.

    Accuracy:
        Worked in logarithms: masses of 1e-300 are no harm.

    Example:
        >>> theta, u = torch.tensor([0.8, 0.2]), torch.tensor([0.5, 1.5])
        >>> importance_weights(theta, u, zeta=1.0, du=1.0, u0=0.0)  # 0.8 to 0.4
        tensor([1.3333, 0.6667])
    """
    if not zeta >= 0:
        raise ValueError(f"zeta must be >= 0, got {zeta}")
    if not theta.is_meta and (theta < 0).any():
        raise ValueError(f"theta must be >= 0, got {theta.min():.3g}")
    log_w = zeta * log_psi(theta.log(), u, u0=u0, du=du, interpolate=interpolate)
    w = (log_w - log_w.amax(0)).exp()
    return w / w.mean(0)


def _pick(rows: Tensor, J: Tensor) -> Tensor:
    return rows.gather(-1, J[..., None])[..., 0]


def _check_bins(du: float, m: int) -> None:
    if not du > 0:
        raise ValueError(f"du must be > 0, got {du}")
    if not m >= 1:
        raise ValueError(f"m must be >= 1, got {m}")
