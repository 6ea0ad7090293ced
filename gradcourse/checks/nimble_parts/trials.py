"""Judging one whole step, and a comparison whose runs the judge holds and remembers."""

from typing import NamedTuple

import torch
from torch import Tensor

from gradcourse.checks.call import counted
from gradcourse.checks.compare import Failure, close, misfit, require, same
from gradcourse.methods.nimble import Crowd, gradient

FIVE = "five values are wanted: w, b, v, c and N, in this order"
FIRST = "N moved first: all gradients are taken at the old N"
DEAF = "N hears only the size loss: the mask must carry the task's pull, (7.6)"
TOTAL = "the loss is a mean over the examples, yours a sum"
HALF = "the 2 is missing: the loss is the mean of squares, without a half"
INSIDE = "the mask stands in front of tanh, not inside"
UP = "you climb: steps go against the gradient"
SHUT = "a neuron that is shut was moved: its share is 0, so are its gradients"
ALL_OPEN = "the mask is missing: every neuron takes part in full"
NO_SIZE = "the size loss is missing: weight * 2 (N - target)"
CHANGED = "your function changed {}: make new tensors"


class Case(NamedTuple):
    """A network of one input, its data and its step sizes."""

    w: Tensor
    b: Tensor
    v: Tensor
    c: float
    N: float
    x: Tensor
    y: Tensor
    lr: float
    lr_size: float
    weight: float
    target: float


def step_case(draw, H, N, lr_size=0.05):
    """Draw a network of H neurons, N of them open."""
    v = draw.uniform(0.6, 1.4, H) * draw.normal(H).sign()
    return Case(draw.normal(H), draw.normal(H), v, draw.uniform(0.5, 1.0), N,
                draw.uniform(-1.0, 1.0, 9), 2 * draw.normal(9), draw.uniform(0.05, 0.1), lr_size,
                draw.uniform(0.3, 0.6), draw.uniform(6.0, 8.0))


def right(case: Case, at: float | None = None) -> tuple:
    """Take the step; `at` is another size to take the gradients at."""
    rows = torch.stack([case.w, case.b, case.v], 1)[None]
    size = torch.tensor([case.N if at is None else at], dtype=torch.float64)
    crowd = Crowd(rows, torch.tensor([[case.c]], dtype=torch.float64), size)
    _, g = gradient(crowd, case.x[:, None], case.y[:, None])
    w, b, v = (rows - case.lr * g.neurons)[0].T
    pull = float(g.size[0]) + case.weight * 2 * (case.N - case.target)
    return w, b, v, case.c - case.lr * float(g.bias), case.N - case.lr_size * pull


def _autograd(case: Case, loss):
    """Take the step of a faulty loss(w, b, v, c, N, case)."""
    old = [case.w, case.b, case.v, *torch.tensor([case.c, case.N], dtype=torch.float64)]
    old = [p.clone().requires_grad_() for p in old]
    with torch.enable_grad():
        grads = torch.autograd.grad(loss(*old, case), old, allow_unused=True)
    rates = [case.lr] * 4 + [case.lr_size]
    new = [p.detach() - rate * (0 if g is None else g)
           for p, g, rate in zip(old, grads, rates, strict=True)]
    return (*new[:3], float(new[3]), float(new[4]))


def _ramp(N, H):
    return (N - torch.arange(H, dtype=torch.float64)).clamp(0, 1)


def _out(w, b, v, c, m, x):
    return c + (torch.tanh(x[:, None] * w + b) * m) @ v


def _deaf(w, b, v, c, N, case):
    out = _out(w, b, v, c, _ramp(N.detach(), len(w)), case.x)
    return ((out - case.y) ** 2).mean() + case.weight * (N - case.target) ** 2


def _inside(w, b, v, c, N, case):
    h = torch.tanh((case.x[:, None] * w + b) * _ramp(N, len(w)))
    return ((c + h @ v - case.y) ** 2).mean() + case.weight * (N - case.target) ** 2


def _total(w, b, v, c, N, case):
    out = _out(w, b, v, c, _ramp(N, len(w)), case.x)
    return ((out - case.y) ** 2).sum() + case.weight * (N - case.target) ** 2


def _half(w, b, v, c, N, case):
    out = _out(w, b, v, c, _ramp(N, len(w)), case.x)
    return ((out - case.y) ** 2).mean() / 2 + case.weight * (N - case.target) ** 2


def _unmasked(w, b, v, c, N, case):
    out = _out(w, b, v, c, torch.ones_like(w), case.x)
    return ((out - case.y) ** 2).mean() + case.weight * (N - case.target) ** 2


def _no_size(w, b, v, c, N, case):
    return ((_out(w, b, v, c, _ramp(N, len(w)), case.x) - case.y) ** 2).mean()


def slips(case: Case) -> list:
    """Name the usual slips, each with the whole result it gives."""
    size_first = right(case, at=right(case)[4])
    deaf = _autograd(case, _deaf)
    deaf_first = right(case, at=deaf[4])
    up = right(case._replace(lr=-case.lr, lr_size=-case.lr_size))
    found = [(_autograd(case, loss), text) for loss, text in (
        (_inside, INSIDE), (_total, TOTAL), (_half, HALF), (_unmasked, ALL_OPEN),
        (_no_size, NO_SIZE))]
    return [(deaf, DEAF), (up, UP), *found, ((*size_first[:4], right(case)[4]), FIRST),
            ((*deaf_first[:4], deaf[4]), FIRST)]


def asked_step(call, case: Case):
    """Ask for a step."""
    sent = [t.clone() if isinstance(t, Tensor) else t for t in case[:7]]
    return call("nimble_step", *sent, lr=case.lr, lr_size=case.lr_size, weight=case.weight,
                target=case.target)


def _told(case, words):
    return f"{words} (N = {case.N:.3g} of {len(case.w)} neurons)"


def _got(call, case, words):
    """Return the five values, numbers as numbers, or the failure that speaks of their form."""
    got, want = asked_step(call, case).value, right(case)
    odd = misfit(got, want)
    if odd:
        cause = FIVE if "values are wanted" in odd else odd
        return Failure(_told(case, words), "w, b, v, c, N", "something else", cause, 2)
    return (*got[:3], float(got[3]), float(got[4]))


def compare_step(call, case: Case, words: str):
    """Compare the whole step."""
    got = _got(call, case, words)
    if isinstance(got, Failure):
        return got
    return same(got, right(case), tried=_told(case, words), causes=slips(case), rtol=1e-6, hint=2)


def compare_shut(call, case: Case):
    """Look at the neurons that are shut."""
    words, k = "neurons beyond N", int(case.N) + 1
    got = _got(call, case, words)
    if isinstance(got, Failure):
        return got
    old = torch.stack([case.w, case.b, case.v])[:, k:]
    now = torch.stack([t.double() for t in got[:3]])[:, k:]
    return same(now, old, tried=_told(case, words), hint=1, otherwise=SHUT)


def compare_size(call, case: Case):
    """Look at the new size."""
    words = "the new N"
    got = _got(call, case, words)
    if isinstance(got, Failure):
        return got
    causes = [(slip[4], text) for slip, text in slips(case)]
    return same(got[4], right(case)[4], tried=_told(case, words), causes=causes, rtol=1e-6, hint=2)


def moved(name: str, old: Tensor, now: Tensor):
    """Fail when an argument is not what it was."""
    still = close(now, old, rtol=0.0, atol=0.0)
    return require(still, tried=f"{name} after the call", expected="as before", got="changed",
                   cause=CHANGED.format(name), hint=3)


ARMS = ("static", "learnt", "ramp")
KEYS = "a dict with the keys lr, static and ramp is wanted"


class Arena(NamedTuple):
    """A table of errors: what every run of every arm gives."""

    lrs: list
    looking: list
    judging: list
    table: dict  # (arm, lr, seed) -> error

    def run(self, arm, lr, seed):
        """Give the error of one run."""
        if arm not in ARMS:
            raise ValueError(f"arm must be one of {', '.join(ARMS)}, got {arm!r}")
        key = arm, float(lr), int(seed)
        if key not in self.table:
            raise ValueError(f"lr must be one of lrs and seed one of the seeds, got {lr}, {seed}")
        return self.table[key]

    def fits(self, arm, lr, seeds):
        """Say which runs fit, as 0 and 1."""
        return torch.tensor([float(self.table[arm, lr, s] < 0.01) for s in seeds],
                            dtype=torch.float64)

    def best(self, seeds=None) -> dict:
        """Choose each arm's rate on the seeds for looking."""
        seeds = self.looking if seeds is None else seeds
        return {arm: max(self.lrs, key=lambda lr, arm=arm: float(self.fits(arm, lr, seeds).sum()))
                for arm in ARMS}

    def runs(self) -> int:
        """Count the runs that are needed."""
        return len(ARMS) * (len(self.lrs) * len(self.looking) + len(self.judging))

    def pairs_matter(self) -> bool:
        """Tell whether learnt shares its hard seeds with both others."""
        a, *others = (self.fits(arm, self.best()[arm], self.judging)
                      for arm in ("learnt", "static", "ramp"))
        return all((a - b).var() < 0.9 * (a.var() + b.var()) for b in others)

    def told(self, what: str = "") -> str:
        """Say in short what was tried."""
        sizes = f"{len(self.lrs)} rates, {len(self.looking)} and {len(self.judging)} seeds"
        return f"compare(run, ...) with {sizes}" + (f": {what}" if what else "")


def arena(draw) -> Arena:
    """Draw a table: each arm has a rate of its own, and a seed that is hard is hard for all."""
    drawn = _arena(draw)
    while not drawn.pairs_matter():
        drawn = _arena(draw)
    return drawn


def _arena(draw) -> Arena:
    lrs = sorted(draw.log_uniform(0.01, 0.4) for _ in range(4))
    first = draw.integer(0, 90)
    looking = list(range(first, first + 12))
    judging = list(range(1000 + first, 1000 + first + 30))
    peaks = [1, *draw.choice([(2, 3), (3, 2)])]
    table, hard = {}, [draw.uniform(0.0, 1.0, len(seeds)) for seeds in (looking, judging)]
    for arm, peak, best in zip(ARMS, peaks, (0.5, 0.8, 0.65), strict=True):
        for i, lr in enumerate(lrs):
            chance = best if i == peak else 0.1 if i == 0 else 0.25
            for seeds, each in zip((looking, judging), hard, strict=True):
                good = _hits(draw, each, chance)
                for seed, hit in zip(seeds, good, strict=True):
                    low, high = (1e-4, 8e-3) if hit else draw.choice([(0.011, 0.019), (0.02, 0.5)])
                    table[arm, lr, seed] = draw.log_uniform(low, high)
    return Arena(lrs, looking, judging, table)


def _hits(draw, hard, chance):
    """Choose which runs fit: a share of about `chance`, most of them on the easy seeds."""
    number = round(len(hard) * chance) + draw.integer(-1, 1)
    order = (hard + draw.uniform(0.0, 0.4, len(hard))).argsort().argsort()
    return (order < number).tolist()


def asked(call, arena: Arena):
    """Ask for the comparison; return its dict, or a failure, and the call-back with its memory."""
    run = counted(arena.run, expect=arena.runs(), what="the run")
    got = call("compare", run, list(arena.lrs), list(arena.looking), list(arena.judging)).value
    if not isinstance(got, dict) or set(got) != {"lr", "static", "ramp"}:
        return Failure(arena.told(), "lr, static, ramp", "something else", KEYS, 2), run
    return got, run


def _split(arena, run):
    """Part what was asked by the two kinds of seed."""
    looked, judged = {arm: set() for arm in ARMS}, {arm: set() for arm in ARMS}
    for arm, lr, seed in run.asked:
        (looked if int(seed) in arena.looking else judged)[arm].add((float(lr), int(seed)))
    return looked, judged


def judge_tuning(call, arena: Arena):
    """Look whether every arm had every rate on every seed for looking."""
    got, run = asked(call, arena)
    if isinstance(got, Failure):
        return got
    looked, judged = _split(arena, run)
    whole = {(lr, seed) for lr in arena.lrs for seed in arena.looking}
    every = {arm: len({lr for lr, _ in looked[arm] | judged[arm]}) for arm in ARMS}
    cause = "on `looking`, every arm gets every rate on every seed"
    if len(set(every.values())) > 1:
        poor = min(every, key=every.get)
        cause = f"{poor} got fewer rates than the others: tune every arm or none"
    elif not any(looked.values()):
        cause = "`looking` was never used: the rate was chosen on the seeds that judge"
    seen = ", ".join(f"{arm} {len(looked[arm])}" for arm in ARMS)
    fair = all(looked[arm] == whole for arm in ARMS)
    return require(fair, tried=arena.told("runs on `looking`"), got=seen, cause=cause, hint=1,
                   expected=f"{len(whole)} for each arm")


def judge_seeds(call, arena: Arena):
    """Look whether the judging seeds were kept from the tuning."""
    got, run = asked(call, arena)
    if isinstance(got, Failure):
        return got
    _, judged = _split(arena, run)
    tried = arena.told("runs on `judging`")
    for arm in ARMS:
        rates = {lr for lr, _ in judged[arm]}
        if len(rates) > 1:
            cause = f"{arm} tried {len(rates)} rates on the judging seeds: its winner is luck"
            return Failure(tried, "one rate an arm", f"{len(rates)} for {arm}", cause, 1)
        if len(judged[arm]) < len(arena.judging):
            cause = f"{arm} was not run on every judging seed"
            return Failure(tried, f"{len(arena.judging)} seeds", f"{len(judged[arm])} for {arm}",
                           cause, 1)
    return None


def judge_gain(call, arena: Arena, other: str):
    """Compare one paired interval."""
    got, _ = asked(call, arena)
    if isinstance(got, Failure):
        return got
    chosen, n = arena.best(), len(arena.judging)
    a, b = (arena.fits(arm, chosen[arm], arena.judging) for arm in ("learnt", other))
    want = _interval(a - b, (a - b).std() / n**0.5)
    apart = _interval(a - b, (a.var() / n + b.var() / n) ** 0.5)
    base = arena.fits(other, arena.lrs[0], arena.judging)
    borrowed = arena.fits(other, chosen["learnt"], arena.judging)
    greedy = arena.best(arena.judging)
    c, d = (arena.fits(arm, greedy[arm], arena.judging) for arm in ("learnt", other))
    errors = [torch.tensor([arena.table[arm, chosen[arm], s] for s in arena.judging],
                           dtype=torch.float64) for arm in ("learnt", other)]
    causes = [
        (apart, "not paired: both arms share their seeds, take the difference seed by seed"),
        (_interval(b - a, (a - b).std() / n**0.5), "the sign: learnt minus the other"),
        (_interval(a - b, (a - b).std()), "this is the spread of one run: divide by root n"),
        (_paired(a, base), f"{other} was never tuned: it ran at the first rate"),
        (_paired(a, borrowed), f"{other} ran at the rate of learnt: tune it for itself"),
        (_paired(c, d), "the rates were chosen on the judging seeds: the winner is luck"),
        (_paired(*errors), "errors have heavy tails: take the share of runs that fit"),
    ]
    value = got[other]
    value = tuple(float(v) for v in value) if _three(value) else value
    return same(value, want, tried=arena.told(f"learnt minus {other}"), causes=causes, rtol=1e-6,
                hint=2)


def _three(value) -> bool:
    if isinstance(value, Tensor):
        return value.shape == (3,)
    return isinstance(value, (list, tuple)) and len(value) == 3 and all(
        isinstance(v, (int, float)) or isinstance(v, Tensor) and v.numel() == 1 for v in value)


def _paired(a, b):
    return _interval(a - b, (a - b).std() / len(a) ** 0.5)


def _interval(d, error):
    mid, half = float(d.mean()), 1.96 * float(error)
    return mid - half, mid, mid + half
