"""A small crowd of one-input networks in numpy: what a slider needs, in a blink.

The same numbers as `gradcourse.methods.nimble.train` gives, which a test compares; at this size
numpy's calls cost a tenth of torch's.
"""

from typing import NamedTuple

import numpy as np


class Quick(NamedTuple):
    """What a run leaves, for R networks of H neurons."""

    neurons: np.ndarray  # rows w, b, v, (R, H, 3)
    bias: np.ndarray  # c, (R,)
    sizes: np.ndarray  # N before each step and at the end, (steps + 1, R), neurons
    losses: np.ndarray  # mean squared error before each step, (steps, R)


class Settings(NamedTuple):
    """How to train; letters as in `train`."""

    steps: int
    lr: float = 0.1
    lr_size: float = 0.0
    weight: float = 0.1
    target: float | None = None
    price: float | None = None
    softness: float = 0.0
    low: float = 0.5
    drop: tuple[float, float] = (0.7, 0.1)


def shares(size, capacity: int, softness: float = 0.0):
    """Return the mask and its slope along N, (R, H) each."""
    gap = np.asarray(size)[:, None] - np.arange(capacity)
    if softness == 0:
        return gap.clip(0, 1), ((gap > 0) & (gap <= 1)).astype(float)
    m = 1 / (1 + np.exp(-np.clip((gap - 0.5) / softness, -60, 60)))
    return m, m * (1 - m) / softness


def fit(neurons, bias, size, x, softness: float = 0.0):
    """Return the networks' curves at points x, (R, n)."""
    m = shares(size, neurons.shape[1], softness)[0]
    h = np.tanh(neurons[..., :1] * x + neurons[..., 1:2])
    return bias[:, None] + ((m * neurons[..., 2])[:, None] @ h)[:, 0]


def run(neurons, size, x, y, how: Settings) -> Quick:
    """Train by Adam with the global clock, as `train` does."""
    R, H, _ = neurons.shape
    flat = np.concatenate([np.array(size, float)[:, None], np.zeros((R, 1)),
                           neurons.reshape(R, -1)], 1)
    rates = np.full(flat.shape[1], how.lr)
    rates[0] = how.lr_size
    M, V, sizes, losses = np.zeros_like(flat), np.zeros_like(flat), [], []
    for k in range(how.steps):
        g, awake, value = _gradient(flat, x, y, how)
        sizes.append(flat[:, 0].copy())
        losses.append(value)
        M += 0.1 * awake * (g - M)
        V += 0.001 * awake * (g * g - V)
        factor = how.drop[1] if k >= how.drop[0] * how.steps else 1.0
        root = np.sqrt(V / (1 - 0.999 ** (k + 1))) + 1e-8
        flat -= factor / (1 - 0.9 ** (k + 1)) * rates * awake * M / root
        flat[:, 0] = flat[:, 0].clip(how.low, H)
    sizes.append(flat[:, 0].copy())
    return Quick(flat[:, 2:].reshape(R, H, 3), flat[:, 1], np.array(sizes), np.array(losses))


def _gradient(flat, x, y, how):
    """Return gradients in rows [N | c | neurons], which columns are awake, and the losses."""
    R, rows = len(flat), flat[:, 2:].reshape(len(flat), -1, 3)
    m, slopes = shares(flat[:, 0], rows.shape[1], how.softness)
    v = rows[..., 2]
    h = np.tanh(rows[..., :1] * x + rows[..., 1:2])
    gap = flat[:, 1:2] + ((m * v)[:, None] @ h)[:, 0] - y
    r = gap * (2 / len(x))
    pulls = (h @ r[..., None])[..., 0]
    back = (m * v)[..., None] * r[:, None] * (1 - h * h)
    g, awake = np.empty_like(flat), np.ones_like(flat)
    g[:, 0] = (slopes * pulls * v).sum(1)
    if how.price is not None:
        g[:, 0] += how.weight * how.price
    elif how.target is not None:
        g[:, 0] += how.weight * 2 * (flat[:, 0] - how.target)
    g[:, 1] = r.sum(1)
    inner = g[:, 2:].reshape(R, -1, 3)
    inner[..., 0], inner[..., 1], inner[..., 2] = back @ x, back.sum(-1), m * pulls
    awake[:, 2:].reshape(R, -1, 3)[...] = (m > 0)[..., None]
    return g, awake, (gap * gap).mean(1)
