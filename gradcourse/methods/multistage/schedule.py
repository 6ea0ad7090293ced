"""How long each stage lasts and how far it steps."""

from math import ceil, exp, log, sqrt

__all__ = ["stage_bound", "stages", "switch_informed", "switch_short", "switch_universal"]


def stages(
    L: float, mu: float, n1: int, budget: int, p: int = 1, *, unit: int | None = None
) -> list[tuple[float, int]]:
    """List the stages that fit into a budget of gradients.

    Args:
        L: largest curvature > 0, gradient/parameter units.
        mu: smallest curvature, in (0, L], same units.
        n1: steps of the first stage, >= 1.
        budget: gradients to spend, >= 0.
        p: power of 1/n with which the start is forgotten, less one; >= 1.
        unit: takes the place of ceil(sqrt kappa log 2^{p+2}), to see what fails; >= 1.

    Returns:
        One (lr, steps) per stage, lr in parameter/gradient units; the last stage is cut, so that
        the steps add up to the budget.

    Raises:
        ValueError: unless 0 < mu <= L, n1 >= 1, budget >= 0, p >= 1 and unit >= 1.

    Example:
        >>> stages(1.0, 0.25, n1=10, budget=50)  # ceil(2 log 8) = 5
        [(1.0, 10), (0.0625, 20), (0.015625, 20)]

    Source:
        Aybat, Fallah, Gurbuzbalaban, Ozdaglar, 2019, the schedule of M-ASG.

    Differs from the source:
        The last stage is cut at the budget. Note that stage 2 steps 1/16 as far as stage 1.
    """
    check_range(L, mu)
    check_least(n1=n1, p=p)
    check_least(0, budget=budget)
    unit = stage_unit(L, mu, p) if unit is None else unit
    check_least(unit=unit)
    plan, s = [], 0
    while budget > 0:
        s += 1
        lr, steps = stage(s, L, n1, unit)
        plan.append((lr, min(steps, budget)))
        budget -= steps
    return plan


def stage(s: int, L: float, n1: int, unit: int) -> tuple[float, int]:
    """Give step size and length of stage s = 1, 2, ..."""
    if s == 1:
        return 1 / L, n1
    lr = 1 / (4**s * L)  # (1.4)
    steps = 2**s * unit  # (1.5)
    return lr, steps


def stage_unit(L: float, mu: float, p: int) -> int:
    """Count the gradients that halve what is left often enough for p: the unit of all lengths."""
    return ceil(sqrt(L / mu) * log(2 ** (p + 2)))


def stage_bound(
    s: int, L: float, mu: float, n1: int, *, gap: float, variance: float, p: int = 1
) -> float:
    """Bound the expected gap at the end of stage s.

    Args:
        s: which stage, >= 1.
        L: largest curvature > 0.
        mu: smallest curvature, in (0, L].
        n1: steps of the first stage.
        gap: height of the start above the minimum, >= 0, in units of f.
        variance: E |noise|^2 of one gradient, summed over coordinates, >= 0.
        p: as in `stages`.

    Returns:
        The bound, in units of f.

    Raises:
        ValueError: unless s, n1, p >= 1, 0 < mu <= L, gap >= 0 and variance >= 0.

    Example:
        >>> stage_bound(3, 1.0, 0.25, 10, gap=0.0, variance=2.0)  # 2 * 2 / 4
        1.0

    Source:
        Aybat, Fallah, Gurbuzbalaban, Ozdaglar, 2019.
    """
    check_range(L, mu)
    check_least(s=s, n1=n1, p=p)
    check_least(0, gap=gap, variance=variance)
    root = sqrt(L / mu)
    left_of_start = 2 * gap * exp(-n1 / root) / 2 ** ((p + 1) * (s - 1))
    return left_of_start + variance * root / (L * 2 ** (s - 1))  # (1.9)


def switch_universal(L: float, mu: float, p: int = 1) -> int:
    """Choose n_1 knowing nothing but the curvatures, as the theorem asks.

    Args:
        L: largest curvature > 0.
        mu: smallest curvature, in (0, L].
        p: as in `stages`.

    Returns:
        ceil((p + 1) sqrt kappa log(12 (p + 2) kappa)).

    Raises:
        ValueError: unless 0 < mu <= L and p >= 1.

    Example:
        >>> switch_universal(1.0, 1.0)  # 2 log 36 = 7.2
        8
    """
    check_range(L, mu)
    check_least(p=p)
    kappa = L / mu
    return ceil((p + 1) * sqrt(kappa) * log(12 * (p + 2) * kappa))


def switch_short(L: float, mu: float) -> int:
    """Choose n_1 = ceil(sqrt kappa log kappa), the theorem's n_1 without its constants.

    Args:
        L: largest curvature > 0.
        mu: smallest curvature, in (0, L].

    Returns:
        The number of steps, at least 1.

    Raises:
        ValueError: unless 0 < mu <= L.

    Example:
        >>> switch_short(401.0, 1.0)
        121
    """
    check_range(L, mu)
    return max(1, ceil(sqrt(L / mu) * log(L / mu)))


def switch_informed(L: float, mu: float, *, gap: float, variance: float) -> int:
    """Choose n_1 from the noise: stop when the bound on the start meets the bound on the noise.

    Args:
        L: largest curvature > 0.
        mu: smallest curvature, in (0, L].
        gap: height of the start above the minimum, > 0, in units of f.
        variance: E |noise|^2 of one gradient, summed over coordinates, > 0.

    Returns:
        ceil(sqrt kappa log(2 L gap / (variance sqrt kappa))), at least 1. On a bowl it is late: the
        two curves have crossed 3 to 7 times sooner.

    Raises:
        ValueError: unless 0 < mu <= L, gap > 0 and variance > 0.

    Example:
        >>> switch_informed(1.0, 0.25, gap=100.0, variance=1.0)  # 2 log 100 = 9.2
        10
    """
    check_range(L, mu)
    for name, value in {"gap": gap, "variance": variance}.items():
        if not value > 0:
            raise ValueError(f"{name} must be > 0, got {value}")
    root = sqrt(L / mu)
    return max(1, ceil(root * log(2 * L * gap / (variance * root))))


def check_range(L: float, mu: float) -> None:
    """Refuse unless 0 < mu <= L."""
    for name, value in {"L": L, "mu": mu}.items():
        if not value > 0:
            raise ValueError(f"{name} must be > 0, got {value}")
    if mu > L:
        raise ValueError(f"mu must be <= L = {L}, got {mu}")


def check_least(least: int = 1, **numbers: float) -> None:
    """Refuse a number below the least."""
    for name, value in numbers.items():
        if not value >= least:
            raise ValueError(f"{name} must be >= {least}, got {value}")
