"""Judging audits: intervals, words in their order, plans, trials whose list the judge keeps."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from scipy import special
from torch import Tensor

from gradcourse.checks import walks
from gradcourse.checks.bowls import numbers
from gradcourse.checks.call import counted
from gradcourse.checks.compare import Failure, same, untouched
from gradcourse.evidence import paired_interval, seeds_needed
from gradcourse.methods.entangled import mapped_gradient

UNPAIRED = "the seeds' own luck is still in: subtract seed by seed, then average"
NORMAL = "a normal quantile is for very many seeds: with few, Student's t is wider"
DDOF = "divide the squares by n - 1: the mean was taken from the same numbers"
ONE_SIDED = "a level of 95 % leaves 2.5 % on each side: take the quantile at (1 + level) / 2"
NO_ROOT = "an interval shrinks like 1 / root n: the root is missing"
CANCELS = "E is zero for every h here, and so is its slope: two terms of the product rule cancel"
ORDER = "the mean comes first, then the low end, then the high one"


# ---------------------------------------------------------------- intervals


def compare_pair(call, a: Tensor, b: Tensor, level: float, tried: str) -> Failure | None:
    """Compare (mean, low, high) with Student's, and name the slip."""
    got = call("paired_interval", a.clone(), b.clone(), level).value
    low, mid, high, n = paired_interval(a, b, level)
    tried, d = f"{tried}, level = {level:.3g}", a - b
    if got is not None and numbers(got, 3) is None:
        cause = "three numbers are wanted: the mean, the low end, the high end"
        return Failure(tried, "(mean, low, high)", "something else", cause, 1)
    half, s = (high - low) / 2, float(d.std())
    t, z = special.stdtrit(n - 1, (1 + level) / 2), special.ndtri((1 + level) / 2)
    apart = float((a.var() / n + b.var() / n) ** 0.5)
    causes = [(None, walks.NOTHING), ((low, mid, high), ORDER),
              ((-mid, -high, -low), "a minus b is asked, not b minus a")]
    for wrong, cause in (
        (t * apart, UNPAIRED), (special.stdtrit(2 * n - 2, (1 + level) / 2) * apart, UNPAIRED),
        (z * s / n**0.5, NORMAL), (1.96 * s / n**0.5, NORMAL),
        (t * s * ((n - 1) / n) ** 0.5 / n**0.5, DDOF),
        (special.stdtrit(n - 1, level) * s / n**0.5, ONE_SIDED),
        (t * s, NO_ROOT), (t * s / n, NO_ROOT),
        (special.stdtrit(n, (1 + level) / 2) * s / n**0.5, "n - 1 degrees of freedom, not n"),
        (special.stdtrit(n - 1, 0.975) * s / n**0.5, "the level is not used"),
        (2 * half, "half of the width goes to each side"),
    ):
        causes.append(((mid, mid - wrong, mid + wrong), cause))
    want = (mid, low, high)
    got = None if got is None else tuple(map(float, numbers(got, 3)))
    return same(got, want, tried=tried, causes=causes, rtol=1e-6, atol=1e-9, hint=2)


# ---------------------------------------------------------------- words

HARM, SMALL, OPEN = "harm", "too small to matter", "inconclusive"
OTHER, THIS = "benefit, other cause", "benefit, this cause"
# case -> (gain, cause, word), in units of delta
CASES = {
    "harm": ((-3.0, -0.5), (-1.0, 0.4), HARM),
    "harm, cause unclear": ((-3.0, -0.5), (-4.0, 5.0), HARM),
    "hardly harm": ((-3.0, -0.02), (-1.0, 0.4), HARM),
    "holds zero": ((-0.6, 0.7), (-2.0, 3.0), SMALL),
    "above zero": ((0.1, 0.8), (1.2, 2.0), SMALL),
    "no cause to ask": ((-0.6, 0.7), (1.5, 3.0), SMALL),
    "other cause": ((1.6, 3.5), (-0.5, 0.6), OTHER),
    "other cause, small": ((1.6, 3.5), (0.2, 0.8), OTHER),
    "this cause": ((1.6, 3.5), (1.3, 2.9), THIS),
    "wide": ((-2.0, 3.0), (1.3, 2.9), OPEN),
    "above zero only": ((0.3, 3.0), (1.3, 2.9), OPEN),
    "cause unclear": ((1.6, 3.5), (0.3, 2.9), OPEN),
    "nothing clear": ((0.3, 3.0), (-0.5, 0.6), OPEN),
    "high at zero": ((-2.0, 0.0), (1.5, 3.0), SMALL),
    "high at delta": ((0.2, 1.0), (1.5, 3.0), OPEN),
    "low at delta": ((1.0, 3.0), (1.5, 3.0), THIS),
    "low at delta, other cause": ((1.0, 3.0), (-0.5, 0.6), OTHER),
    "added low at delta": ((1.5, 3.0), (1.0, 2.0), THIS),
    "added high at delta": ((1.5, 3.0), (0.2, 1.0), OPEN),
}


def compare_words(call, draw, cases: list[str]) -> Failure | None:
    """Ask for the word of each case, scaled by a drawn delta."""
    for case in cases:
        delta = float(draw.integer(3, 40))
        gain, cause, word = CASES[case]
        gain, cause = (tuple(end * delta for end in pair) for pair in (gain, cause))
        got = call("weigh", gain, cause, delta).value
        if got != word:
            tried = f"gain {_span(gain)}, cause {_span(cause)}, delta = {delta:g}"
            return Failure(tried, word, str(got), _why_word(case, word, got), 2)
    return None


def _span(pair) -> str:
    return f"{pair[0]:.3g} to {pair[1]:.3g}"


def _why_word(case: str, word: str, got) -> str:
    if got is None:
        return walks.NOTHING
    if got not in (HARM, SMALL, OPEN, OTHER, THIS):
        return "one of the five words is wanted, spelt as in the task"
    if " at " in case:
        return "below means below: an end that lies on the border is not below it"
    if word == SMALL:
        return ("detectable is not large: all of it is below delta" if case == "above zero"
                else "all of it is below delta: an effect that matters is excluded")
    if word == OPEN and got == SMALL:
        return "a wide interval excludes nothing: that it holds zero is no verdict"
    if word == OPEN and case == "above zero only":
        return "above zero is not yet delta or more: the word is still open"
    if word == OPEN:
        return "an interval that reaches from below delta to above it decides nothing"
    if word == OTHER:
        return "which cause? what it adds is below delta"
    return "the words are tried in order, from the first that fits"


# ---------------------------------------------------------------- plans


def pilot(draw, n: int) -> Tensor:
    """Draw n gains of mean 0 and standard deviation 1, exactly."""
    d = draw.normal(n)
    return (d - d.mean()) / d.std()


def compare_plan(call, pilots: list[Tensor], delta: float) -> Failure | None:
    """Compare numbers of seeds; name the slip by the numbers that it gives."""
    m, n = len(pilots), len(pilots[0])
    level = 1 - 0.05 / m
    spreads = [float(d.std()) for d in pilots]
    want = [seeds_needed(s, delta, level) for s in spreads]
    value = call("plan", [d.clone() for d in pilots], delta).value
    got = numbers(value, m)
    spread = ", ".join(f"{s:.3g}" for s in spreads)
    tried = f"{m} pilots of {n} seeds, spread {spread}; delta = {delta:.3g}"
    if got is None:
        cause = walks.NOTHING if value is None else "one whole number is wanted for each pilot"
        return Failure(tried, str(want), "something else", cause, 1)
    if list(got) == want:
        return None
    causes = [
        ([_half_width(s, delta, level) for s in spreads],
         "half an interval of delta is a coin flip: a gain of delta is then found half the time"),
        ([math.ceil((special.ndtri((1 + level) / 2) + special.ndtri(0.8)) ** 2 * (s / delta) ** 2)
          for s in spreads], NORMAL),
        ([seeds_needed(s, delta, 0.95) for s in spreads],
         "several contrasts, several chances of a false word: share the 5 % among them"),
        ([seeds_needed(s * ((n - 1) / n) ** 0.5, delta, level) for s in spreads], DDOF),
        ([seeds_needed(s, delta, level, 0.9) for s in spreads], "the chance asked for is 0.8"),
        ([k - 1 for k in want], "with these the chance is still below 0.8: one more"),
        ([k + 1 for k in want], "one fewer will do: count from 2"),
    ]
    means = [abs(float(d.mean())) for d in pilots]
    if all(mean > 1e-6 for mean in means):
        tempted = [seeds_needed(s, mean, level) for s, mean in zip(spreads, means, strict=True)]
        causes.append((tempted, "the effect is delta: a pilot's mean must tempt nobody"))
    named = next((cause for wrong, cause in causes if list(got) == wrong), None)
    return Failure(tried, str(want), str(list(got)), named or "the chance with these is not 0.8", 2)


def slips_agree(pilots: list[Tensor], delta: float) -> bool:
    """Tell whether half an interval of delta and a whole chance for each give the same numbers."""
    level, spreads = 1 - 0.05 / len(pilots), [float(d.std()) for d in pilots]
    return ([_half_width(s, delta, level) for s in spreads]
            == [seeds_needed(s, delta, 0.95) for s in spreads])


def _half_width(s: float, delta: float, level: float) -> int:
    n = 2
    while special.stdtrit(n - 1, (1 + level) / 2) * s / n**0.5 > delta:
        n += 1
    return n


# ---------------------------------------------------------------- the mapping


def compare_map(call, G: Tensor, C: Tensor, lam: float) -> Failure | None:
    """Compare a mapped gradient; the epsilon of a layer norm is no fault."""
    got = call("mapped_gradient", G.clone(), C.clone(), lam).value
    want, d = mapped_gradient(G, C, lam=lam), C.shape[-1]
    Z = (C - C.mean(-1, keepdim=True)) / C.std(-1, correction=0, keepdim=True)
    U, scores = C / C.norm(dim=-1, keepdim=True), Z @ Z.T / d**0.5
    A = scores.softmax(-1)

    def mapped(A):
        return G + lam * (A @ G - G)

    causes = [
        (None, walks.NOTHING), (G, "nothing was mixed: lam is not 0"),
        (mapped(scores.softmax(0)), "softmax goes along a row: each row sums to one"),
        (mapped(A.T), "A is transposed: row i says where letter i gets its gradient"),
        (G + lam * (A @ G), "a constant gradient grows: take G itself away, A - 1"),
        (A @ G, "lam is the share that is mixed; you mixed all"),
        ((1 - lam) * (A @ G) + lam * G, "the shares are swapped: lam goes to the mixed part"),
        (G - lam * (A @ G - G), "the sign of lam is turned"),
        (mapped((C @ C.T / d**0.5).softmax(-1)), "normalise the rows of C first"),
        (mapped((U @ U.T / d**0.5).softmax(-1)), "rows of length one make A nearly uniform"),
        (mapped((Z @ Z.T).softmax(-1)), "divide the scores by root d"),
        (mapped((Z @ Z.T / d).softmax(-1)), "divide the scores by root d, not by d"),
    ]
    tried = f"{len(C)} letters, {d} numbers each, lam = {lam:.3g}"
    return same(got, want, tried=tried, causes=causes, rtol=1e-3, atol=1e-4, hint=2)


def kept_second(reply, name: str, before: Tensor) -> Failure | None:
    """Fail when the second argument was changed."""
    cause = f"your function changed its input; the caller's {name} moved too"
    now = type("Second", (), {"args": reply.args[1:]})
    return untouched(now, before, tried=f"a call, and then a look at the caller's {name}",
                     cause=cause, hint=3)


# ---------------------------------------------------------------- trials


class Field(NamedTuple):
    """A trial to be run: what is asked, and what training gives."""

    arms: list[str]  # "plain" first
    seeds: list[int]
    pilot: list[int]
    effects: dict[str, float]

    @property
    def fresh(self) -> list[int]:
        """The seeds that the pilot has not used."""
        return [s for s in self.seeds if s not in self.pilot]

    def loss(self, arm: str, start: int, order: int) -> float:
        """Train: the luck of the start and of the letters, and what the arm does."""
        luck = 3 * math.sin(12.9898 * float(start) + 1) + 2 * math.sin(78.233 * float(order) + 2)
        own = 0.01 * math.sin(37.719 * float(start) * (1 + len(arm)))
        return 10 + luck + own - self.effects[arm]


def field(draw, pilot: int) -> Field:
    """Draw arms, seeds and their effects; the first `pilot` seeds of the pilot are among them."""
    first = draw.integer(1000, 5000)
    seeds = list(range(first, first + draw.integer(6, 8)))
    arms = ["plain", "mix", "align"]
    effects = {"plain": 0.0, "mix": draw.uniform(0.2, 0.5), "align": -draw.uniform(0.2, 0.5)}
    spent = list(range(100, 103)) + seeds[1:1 + pilot]
    return Field(arms, seeds, spent, effects)


def judge_trial(call, place: Field, rule: Callable) -> Failure | None:
    """Let the answer run its trial, and put one question to the list of its calls."""
    n = len(place.arms) * len(place.seeds)
    train = counted(place.loss, expect=n, what="the training")
    value = call("trial", train, list(place.arms), list(place.seeds), list(place.pilot)).value
    tried = (f"{len(place.arms)} arms, seeds {place.seeds[0]} to {place.seeds[-1]}, "
             f"{len(place.seeds) - len(place.fresh)} of them in the pilot")
    if value is None:
        return Failure(tried, "a dict of gains", "None", walks.NOTHING, 1)
    if not train.asked:
        return Failure(tried, "training", "none", "train was never called", 1)
    runs = [(arm, int(start), int(order)) for arm, start, order in train.asked]
    return rule(place, runs, value, tried)


def shared(place, runs, value, tried):
    """Fail unless the arms of a seed have the same weights and letters."""
    per_arm = {arm: [(s, o) for a, s, o in runs if a == arm] for arm in place.arms}
    if all(pairs == per_arm["plain"] for pairs in per_arm.values()):
        return None
    starts = {arm: [s for s, _ in pairs] for arm, pairs in per_arm.items()}
    cause = ("the arms read different letters: the difference is luck, not the method"
             if all(s == starts["plain"] for s in starts.values())
             else "the arms start from different weights, or in another order")
    return Failure(tried, "the same starts and orders in every arm", "different ones", cause, 1)


def different(place, runs, value, tried):
    """Fail unless every seed has weights and letters of its own."""
    plain = [(s, o) for a, s, o in runs if a == "plain"]
    starts, orders = ({pair[i] for pair in plain} for i in (0, 1))
    if len(starts) == len(orders) == len(plain):
        return None
    what = "weights" if len(starts) < len(plain) else "letters"
    cause = f"all seeds share their {what}: then the interval knows nothing of that luck"
    return Failure(tried, f"{len(plain)} different {what}", f"{min(len(starts), len(orders))}",
                   cause, 2)


def spent(place, runs, value, tried):
    """Fail if a seed of the pilot is run again."""
    used = sorted({s for _, start, order in runs for s in (start, order)} & set(place.pilot))
    if not used:
        return None
    return Failure(tried, "no seed of the pilot", f"seeds {used}",
                   "these seeds have been looked at: a verdict needs fresh ones", 2)


def complete(place, runs, value, tried):
    """Fail unless every fresh seed was run once in each arm."""
    want = len(place.arms) * len(place.fresh)
    fresh = [run for run in runs if run[1] not in place.pilot]
    if len(set(fresh)) == len(fresh) == want:
        return None
    if len(fresh) > len(set(fresh)):
        cause = "some runs are made twice: keep the losses"
    else:
        cause = "seeds were left out: to stop when it looks good is a look with its own luck"
    return Failure(tried, f"{want} runs of fresh seeds", f"{len(fresh)}", cause, 3)


def gains(place, runs, value, tried):
    """Fail unless the gains are plain's losses less the arm's, seed by seed."""
    want = {}
    for arm in place.arms[1:]:
        mine = [place.loss(a, s, o) for a, s, o in runs if a == arm]
        base = [place.loss(a, s, o) for a, s, o in runs if a == "plain"]
        want[arm] = [b - x for b, x in zip(base, mine, strict=False)]
    turned = {arm: [-x for x in row] for arm, row in want.items()}
    averaged = {arm: sum(row) / len(row) for arm, row in want.items()}
    means = {arm: [sum(row) / len(row)] for arm, row in want.items()}
    losses = {arm: [place.loss(a, s, o) for a, s, o in runs if a == arm] for arm in want}
    causes = [
        (turned, "a lower loss is a gain: plain's loss minus the arm's"),
        (averaged, "one gain a seed is wanted: the mean hides the spread"),
        (means, "one gain a seed is wanted: the mean hides the spread"),
        (losses, "these are losses: take them from plain's"),
        ({**want, "plain": [0.0] * len(want["mix"])}, "plain has no gain over itself"),
    ]
    return same(value, want, tried=tried, causes=causes, rtol=1e-9, atol=1e-9, hint=2)


# ---------------------------------------------------------------- slopes


class Loss(NamedTuple):
    """A loss with its gradient and its curvature along a direction."""

    grad: Callable[[Tensor], Tensor]
    along: Callable[[Tensor], Tensor]  # H h at h


def bowl(draw, d: int) -> Loss:
    """Draw a bowl whose lowest point is not at zero."""
    root = draw.normal(d, d)
    Q, c = root @ root.T / d + torch.eye(d, dtype=torch.float64), draw.normal(d)
    return Loss(lambda h: Q @ (h - c), lambda h: Q @ h)


def bent(draw, d: int) -> Loss:
    """Draw a loss that is no bowl: log cosh along three directions."""
    W = draw.normal(3, d)
    return Loss(lambda h: W.T @ torch.tanh(W @ h - 0.5),
                lambda h: W.T @ ((1 - torch.tanh(W @ h - 0.5) ** 2) * (W @ h)))


def radial(draw, d: int) -> Loss:
    """Draw a loss that feels the direction of h and not its length."""
    w = draw.normal(d)

    def grad(h):
        size = h.norm()
        u = h / size
        return (w - (w @ u) * u) / size

    return Loss(grad, lambda h: -grad(h))  # G falls like 1 / |h|


def compare_slope(call, loss: Loss, h: Tensor, lam: float, told: str = "") -> Failure | None:
    """Compare with G + lam (G + H h), and name the term that is missing."""
    grad = counted(loss.grad, expect=5, like=h)
    got = call("regularised_gradient", grad, h.clone(), lam).value
    G, Hh = loss.grad(h), loss.along(h)
    causes = [
        (None, walks.NOTHING), (G, "this is the plain gradient: the entanglement is missing"),
        (G + lam * G, "G was held fixed: then E acts through h alone, and H h is missing"),
        (G + lam * Hh, "h was held fixed: the product rule has a second term, G itself"),
        (G - lam * (G + Hh), "the sign of lam is turned"),
        (G + Hh, "lam is missing"), (G + G + Hh, "lam is missing"),
        (lam * (G + Hh), "the loss itself is missing: L + lam E"),
        (G + lam * (G + 2 * Hh), "the difference is over 2 e: halve it"),
        (loss.grad((1 + lam) * h), "this is the gradient at the shifted h: the chain rule gives "
         "1 + lam in front, and the shift is not small"),
        ((1 + lam) * loss.grad((1 + lam) * h), "right to first order only: let the shift be small"),
    ]
    tried = f"h of {len(h)} numbers, lam = {lam:.3g}"
    if told:  # several slips give one value here
        tried, causes = f"{tried}; {told}", causes[:1]
    want = G + lam * (G + Hh)
    return same(got, want, tried=tried, causes=causes, rtol=1e-4, atol=1e-6, hint=2,
                otherwise=CANCELS if told else "the numbers differ from G + lam (G + H h)")


def few(grad) -> Failure | None:
    """Fail when more than five gradients were asked for, or none."""
    if 1 <= grad.count <= 5:
        return None
    cause = ("grad was never asked" if not grad.count else
             "one difference along h is enough: you went through the coordinates one by one")
    return Failure("h of 4 numbers", "1 to 5 gradients", f"{grad.count}", cause, 3)
