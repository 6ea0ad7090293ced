"""One chain in plain Python, where tensors of one row would wait for their own overhead."""

import math
from collections.abc import Callable, Sequence

from gradcourse.methods.contour.steps import check_weight, gain

__all__ = ["one_chain"]

TINY = 1e-290  # a mass never falls below: its logarithm must exist when its bin is first visited


def one_chain(
    energy: Callable[[Sequence[float]], tuple[float, Sequence[float]]], x0: Sequence[float],
    noise: Sequence[Sequence[float]], *, lr: float, u0: float, du: float, m: int,
    zeta: float = 0.75, temperature: float = 1.0, gain: Callable[[int], float] = gain,
    weight: str = "interpolated", bound: float = 50.0, domain: tuple[float, float] | None = None,
) -> tuple[list[list[float]], list[float], list[float]]:
    """Walk one chain in plain Python: for a single one, far faster than tensors.

    Args:
        energy: maps d numbers to an energy and d slopes.
        x0: start, d numbers.
        noise: d standard normals for each step.
        lr: step size > 0.
        u0: lower edge of bin 0.
        du: width of a bin > 0.
        m: number of bins >= 1; all begin with the same mass.
        zeta: how flat, >= 0.
        temperature: tau > 0.
        gain: omega_k of step k.
        weight: "interpolated" or "published".
        bound: largest size of the multiplier.
        domain: lowest and highest value of every coordinate.

    Returns:
        The path (K lists of d numbers), the samples' weights (K) and the masses (m).

    Raises:
        ValueError: unless lr > 0, du > 0, m >= 1 and weight is one of the two.

    Example:
        >>> path, w, theta = one_chain(lambda x: (x[0]**2 / 2, x), [1.0], [[0.0]], lr=0.5, u0=0.0,
        ...                            du=1.0, m=2, zeta=1.0, gain=lambda k: 0.2)
        >>> path, w, [round(t, 6) for t in theta]
        ([[0.5]], [0.5], [0.55, 0.45])
    """
    check_weight(weight)
    for name, value in (("lr", lr), ("du", du), ("m", m)):
        if not value > 0:
            raise ValueError(f"{name} must be > 0, got {value}")
    x, (u, g), masses = list(x0), energy(x0), _Masses(u0, du, m)
    low, high = (-math.inf, math.inf) if domain is None else domain
    path, weights, shake = [], [], math.sqrt(2 * lr * temperature)
    masses.move_to(u)
    for k, row in enumerate(noise):
        M = 1 + zeta * temperature / du * masses.rise()  # (4.6)
        pull = lr * max(-bound, min(bound, M))
        ahead = [a - pull * b + shake * c for a, b, c in zip(x, g, row, strict=True)]  # (4.5)
        if min(ahead) >= low and max(ahead) <= high:
            x = ahead
            u, g = energy(x)
        masses.move_to(u)
        w = math.exp(zeta * masses.log_psi(weight == "interpolated"))  # (4.8)
        masses.learn(gain(k) * w)
        path.append(x)
        weights.append(w)
    return path, weights, masses.all()


class _Masses:
    """One row of masses, as a common factor times its entries, and where the chain stands in it."""

    def __init__(self, u0: float, du: float, m: int):
        self.u0, self.du, self.m = u0, du, m
        self.row, self.seen, self.factor = [1 / m] * m, [False] * m, 1.0

    def move_to(self, u: float) -> None:
        t = (u - self.u0) / self.du
        self.J = J = min(max(math.floor(t), 0), self.m - 1)
        self.below = min(max(J + 1 - t, 0.0), 1.0)
        self.seen[J] = True
        self.sloped = 0 < J and t < self.m and self.seen[J - 1]

    def rise(self) -> float:
        return math.log(self.row[self.J] / self.row[self.J - 1]) if self.sloped else 0.0

    def log_psi(self, interpolate: bool) -> float:
        top = math.log(self.factor) + math.log(self.row[self.J])
        return top - self.below * self.rise() if interpolate else top  # (4.4)

    def learn(self, by: float) -> None:
        self.factor *= 1 - by  # (4.7)
        self.row[self.J] += by / self.factor  # (4.7)
        if self.factor < 1e-100:
            self.row, self.factor = [max(t, TINY) for t in self.all()], 1.0

    def all(self) -> list[float]:
        return [self.factor * t for t in self.row]
