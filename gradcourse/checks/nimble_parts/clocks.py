"""Judging an Adam with one clock for each neuron."""

from typing import NamedTuple

import torch
from torch import Tensor

from gradcourse.checks.compare import Failure, misfit, same

FOUR = "four tensors are wanted: p, m, v and age"
ONE = "one clock for all: a newborn is corrected as if its averages were old"
RESET = "the old neurons jump: their clocks were set back"
BARE = "no bias correction: the averages of a newborn begin at zero"
AGED = "it aged while asleep: only neurons that are awake grow older"
FADED = "its averages faded while asleep: m and v stay, too"
DRIFTS = "it moved while asleep: the old average still pushes"
NAN = "0 / 0 is nan: a neuron that was never awake has age 0, and 1 - beta^0 = 0"


class Case(NamedTuple):
    """What is known of two neurons before a step."""

    p: Tensor
    m: Tensor
    v: Tensor
    age: Tensor
    g: Tensor
    awake: Tensor
    lr: float


def case(draw, ages, awake):
    """Draw two neurons of given ages; a sleeper's gradient is zero."""
    age = torch.tensor(ages, dtype=torch.float64)
    awake = torch.tensor(awake, dtype=torch.float64)
    born = (age > 0).double()
    size = draw.uniform(1.0, 2.0, 2)
    m, v = 0.5 * size * born, size**2 * draw.uniform(0.02, 0.05, 2) * born
    g = draw.uniform(0.5, 1.5, 2) * awake
    return Case(draw.normal(2), m, v, age, g, awake, draw.uniform(0.01, 0.1))


def right(c: Case) -> tuple:
    """Take the step with a clock for each."""
    return _step(c, c.age + c.awake)


def _step(c, age, keep=True, corrected=True):
    b1, b2, on = 0.9, 0.999, c.awake if keep else torch.ones_like(c.awake)
    m = torch.where(on > 0, b1 * c.m + (1 - b1) * c.g, c.m)
    v = torch.where(on > 0, b2 * c.v + (1 - b2) * c.g**2, c.v)
    a = age.clamp(min=1)
    top, low = (m / (1 - b1**a), v / (1 - b2**a)) if corrected else (m, v)
    move = c.lr * top / (low.sqrt() + 1e-8)
    return torch.where(c.awake > 0, c.p - move, c.p), m, v, age


def _slips(c: Case):
    """Name the usual slips, each with the whole result it gives."""
    oldest = c.age.max().expand_as(c.age) + 1
    ones = torch.ones_like(c.age)
    both = _step(c, c.age + c.awake, keep=False)
    drift = c.p - c.lr * (c.m / (1 - 0.9 ** c.age.clamp(min=1))) / (
        (c.v / (1 - 0.999 ** c.age.clamp(min=1))).sqrt() + 1e-8)
    drifts = torch.where(c.awake > 0, both[0], drift)
    return [
        (_step(c, oldest), ONE),
        (_step(c, oldest, keep=False), ONE),
        (_step(c, c.age + 1), AGED),
        (_step(c, c.age + 1, keep=False), AGED),
        (_step(c, ones), RESET),
        (_step(c, torch.where(c.awake > 0, ones, c.age)), RESET),
        (_step(c, c.age + c.awake, corrected=False), BARE),
        (both, FADED),
        ((drifts, c.m, c.v, c.age + c.awake), DRIFTS),
    ]


def asked(call, c: Case, tried: str):
    """Ask for a step; return its four tensors, or the failure that speaks of their form."""
    sent = [t.clone() for t in c[:-1]]
    got = call("adam_update", *sent, c.lr).value
    odd = misfit(got, right(c))
    if odd:
        return Failure(tried, "p, m, v, age, (2,) each", "something else",
                       FOUR if "values are wanted" in odd else odd, 2)
    return tuple(t.double() for t in got)


def compare(call, c: Case, tried: str, row: int):
    """Compare all four numbers of one neuron."""
    got = asked(call, c, tried)
    if isinstance(got, Failure):
        return got
    mine = torch.stack([t[row] for t in got])
    want = torch.stack([t[row] for t in right(c)])
    causes = [(torch.stack([t[row] for t in slip]), text) for slip, text in _slips(c)]
    causes.insert(0, (lambda value: bool(torch.as_tensor(value).isnan().any()), NAN))
    named = f"{tried}: its p, m, v, age"
    return same(mine, want, tried=named, causes=causes, rtol=1e-7, hint=2)


def compare_life(call, draw, late: int, steps: int):
    """Follow two neurons, one born late, and compare the second with a fresh Adam."""
    lr, first = draw.uniform(0.01, 0.1), draw.normal(2)
    zero = torch.zeros(2, dtype=torch.float64)
    now = Case(first, zero, zero, zero, zero, zero, lr)
    fresh = torch.nn.Parameter(first[1:].clone())
    adam = torch.optim.Adam([fresh], lr=lr)
    tried = f"a neuron born at step {late}, {steps} steps later"
    for k in range(late + steps):
        awake = torch.tensor([1.0, float(k >= late)], dtype=torch.float64)
        now = now._replace(g=draw.uniform(0.5, 1.5, 2) * awake, awake=awake)
        got = asked(call, now, tried)
        if isinstance(got, Failure):
            return got
        if k >= late:
            fresh.grad = now.g[1:].clone()
            adam.step()
        now = now._replace(p=got[0], m=got[1], v=got[2], age=got[3])
    otherwise = "not where a fresh Adam, begun at its birth, would bring it"
    nan = [(lambda value: bool(torch.as_tensor(value).isnan().any()), NAN)]
    return same(now.p[1:], fresh.detach(), tried=tried, causes=nan, rtol=1e-6, hint=3,
                otherwise=otherwise)
