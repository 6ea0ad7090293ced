"""Judging logits, losses and gradients: right values, and the slips that learners make."""

import math

import torch
from torch.nn.functional import normalize

from gradcourse.checks.call import counted
from gradcourse.checks.compare import close_number


def views(draw, n, d):
    """Draw two views of n things as unit vectors, partners clearly apart."""
    one = draw.normal(n, d)
    return normalize(one, dim=1), normalize(one + 0.8 * draw.normal(n, d), dim=1)


def bad_views(draw, n, d):
    """Draw views whose partners are clearly not the nearest; someone else is nearer than 80°."""
    while True:
        one, two = normalize(draw.normal(n, d), dim=1), normalize(draw.normal(n, d), dim=1)
        both = torch.cat([one, two])
        s = (both @ both.T).fill_diagonal_(-1)
        near = s.diagonal(n)  # the cosine of each pair
        best = torch.stack([s[:n].amax(1), s[n:].amax(1), (one @ two.T).amax(1)])
        if float((best - near).min()) > 0.1 and float(best.min()) > 0.2:
            return one, two


def odds(alpha):
    """Give the log-odds to a power."""
    return lambda s: alpha * (torch.log1p(s) - torch.log1p(-s))


def logit_slips(s, want, *, alpha=1.0, eps=1e-6):
    """List the slips in a log-odds, as (wrong value, cause)."""
    inside, p = s.clamp(eps - 1, 1 - eps), (1 + s) / 2
    bare = (1 + s) / (1 - s)
    return [
        (want / 2, "half of the log-odds, which is α = ½: is the 2 of 2 artanh there?"),
        (2 * want, "twice the log-odds: log of (1 + s)/(1 − s) is 2 artanh s already"),
        (-want, "the sign is turned: a cosine near 1 has good odds"),
        (alpha * (inside / (1 - inside)).log(), "s itself is no chance: (1 + s)/2 is"),
        (alpha * (inside.clamp(min=eps) / (1 - inside)).log(), "s itself is no chance: "
         "(1 + s)/2 is"),
        (((1 + inside) / (1 - inside)) ** alpha, "these are the odds: take their logarithm"),
        (alpha * (1 + inside).log(), "this is log(1 + s): the odds divide by 1 − s"),
        (want / math.log(2), "the natural logarithm is meant, not that to base 2"),
        (want / math.log(10), "the natural logarithm is meant, not that to base 10"),
        (want / alpha, "alpha is left out: it multiplies the log-odds"),
        (want / alpha**2, "alpha is a power of the odds: it multiplies their logarithm"),
        (alpha * bare.log(), "nothing keeps s from ±1: clamp it to ±(1 − eps) first"),
        (_no_number, "nothing keeps s from ±1: clamp it to ±(1 − eps) first"),
        (_clamped(s, alpha, 1e-6), "eps is an argument: clamp to ±(1 − eps)"),
        (alpha * (p.clamp(eps, 1 - eps) / (1 - p.clamp(eps, 1 - eps))).log(),
         "eps keeps s from ±1, not the chance (1 + s)/2 from 0 and 1"),
    ]


def _clamped(s, alpha, eps):
    return odds(alpha)(s.clamp(eps - 1, 1 - eps))


def _no_number(got):
    return torch.is_tensor(got) and not bool(got.isfinite().all())


OVERFLOW = "cold logits overflow exp: take logsumexp, or subtract the largest of each row first"


def nce_slips(z1, z2, tau, want):
    """List the slips in InfoNCE, as (wrong value, cause)."""
    a, b = normalize(z1, dim=1), normalize(z2, dim=1)
    s, n = a @ b.T, len(a)
    rows = torch.logsumexp(s / tau, 1)
    mean = want.mean()
    others = s.clone().fill_diagonal_(-math.inf)
    return [
        (lambda got: _is(got, mean), "one loss a row is wanted: leave the mean to the caller"),
        (lambda got: _is(got, want.sum()), "one loss a row is wanted: leave the sum to the caller"),
        (_no_number, OVERFLOW),
        (_nce(z1 @ z2.T, tau), "only directions count: divide each row by its length first"),
        (_nce(s, 1 / tau), "divide by the temperature: you multiply"),
        (_nce(s, tau**2), "the temperature divides once, you divide twice"),
        (_nce(s, 1.0), "the temperature is left out"),
        (torch.logsumexp(s / tau, 0) - s.diag() / tau, "rows of z1 look among rows of z2: your "
         "softmax runs over the other axis"),
        (torch.logsumexp(others / tau, 1) - s.diag() / tau, "the partner is missing below the "
         "fraction line: the softmax runs over all of z2"),
        (-want, "the loss is minus the log of the share: yours is below 0"),
        (rows - math.log(n) - s.diag() / tau, "a mean over the row instead of a sum: all alike "
         "gives log B, yours 0"),
        ((-want).exp(), "this is the share itself: take minus its logarithm"),
        (_nce(a @ a.T, tau), "you compare z1 with itself: the partners are in z2"),
    ]


def _nce(s, tau):
    return torch.logsumexp(s / tau, 1) - s.diag() / tau


def _is(got, number):
    return torch.is_tensor(got) and got.numel() == 1 and bool(torch.isclose(got.double(), number))


def xent_slips(z1, z2, tau, want):
    """List the slips in NT-Xent, as (wrong value, cause)."""
    z = normalize(torch.cat([z1, z2]), dim=1)
    s, n = z @ z.T / tau, len(z1)
    partner = torch.arange(2 * n).roll(n)
    near = s.gather(1, partner[:, None])[:, 0]
    hidden = s.clone().fill_diagonal_(-math.inf)
    strangers = hidden.scatter(1, partner[:, None], -math.inf)
    total = hidden.logsumexp(1)
    after = total - s.gather(1, torch.arange(2 * n).roll(-1)[:, None])[:, 0]
    half = s.clone()
    half[:n] = hidden[:n]
    bare = torch.cat([z1, z2]) @ torch.cat([z1, z2]).T / tau
    bare.fill_diagonal_(-math.inf)
    mean = want.mean()
    return [
        (lambda got: _is(got, mean), "one loss a view is wanted: leave the mean to the caller"),
        (_no_number, OVERFLOW),
        (s.clone().fill_diagonal_(0).logsumexp(1) - near, "a logit of 0 still takes the share e⁰: "
         "the diagonal must become −∞"),
        (s.logsumexp(1) - near, "each view finds itself, at cosine 1: its own logit must be −∞"),
        (half.logsumexp(1) - near, "the second views still find themselves: the diagonal of all "
         "2 B rows becomes −∞"),
        (strangers.logsumexp(1) - near, "the partner is missing below the fraction line: only the "
         "view itself is left out"),
        (after, "the partner of row i is i + B or i − B, not the next row"),
        (total[:n] - near[:n], "2 B losses are wanted: the second views look for partners too"),
        (bare.logsumexp(1) - bare.gather(1, partner[:, None])[:, 0], "only directions count: "
         "divide each row by its length first"),
        ((total - near).reshape(2, n).T.flatten(), "first all losses of z1, then all of z2"),
        (-want, "the loss is minus the log of the share: yours has the other sign"),
    ]


def crowd(draw, n):
    """Draw cosines of strangers, some of them near, one clearly nearest."""
    while True:
        cosines = 0.22 * draw.normal(n)
        first, second = cosines.topk(2).values.tolist()
        if float(cosines.abs().max()) < 0.8 and first - second > 0.02:
            return cosines


def _increasing(logit):
    """Make the call-back: a logit of any cosines, numbers or tensors."""
    def answer(s):
        s = torch.as_tensor(s, dtype=torch.float64)
        if bool((s.abs() > 1 + 1e-9).any()):
            raise ValueError("a cosine lies between -1 and 1")
        return logit(s.clamp(1e-15 - 1, 1 - 1e-15))
    return counted(answer, expect=60, what="the logit")


def _invert(logit, total):
    low, high = -1.0, 1.0
    if float(logit(torch.tensor(high - 1e-15, dtype=torch.float64))) <= total:
        return 1.0
    for _ in range(80):
        middle = (low + high) / 2
        below = float(logit(torch.tensor(middle, dtype=torch.float64))) < total
        low, high = (middle, high) if below else (low, middle)
    return (low + high) / 2


def compare_release(call, logit, strangers, tried):
    """Compare an answer's release cosine with the root, for a logit that only the judge knows."""
    weights = logit(strangers)
    total, n = float(weights.logsumexp(0)), len(strangers)
    want = _invert(logit, total)
    slips = [
        (total - math.log(n), "a mean of the weights instead of their sum: more strangers, later"),
        (math.log(n), "this is log of their number: the strangers' own logits count"),
        (float(weights.max()), "this is where the nearest stranger stands: all weights add up"),
        (float(weights.sum()), "you add logits: add their exponentials, and take the logarithm"),
        (float(weights.mean()), "you average logits: add their exponentials, and take the "
         "logarithm"),
        (total + math.log(2), "twice the strangers' weight: at a half the partner equals it"),
        (total - math.log(2), "half of the strangers' weight: at a half the partner equals it"),
        (float(logit(strangers.sum().clamp(-1, 1))), "you add cosines: add exponentials of logits"),
    ]
    causes = [(value, text) for t, text in slips if abs((value := _invert(logit, t)) - want) > 1e-5]
    slope = total / float(logit(torch.tensor(1 - 1e-15, dtype=torch.float64)))
    if total > 700:
        causes.insert(0, (1.0, "exp of a cold logit overflows: use logsumexp"))
    causes += [
        (slope, "a straight logit is assumed: search for the cosine whose logit is the total"),
        (min(slope, 1.0), "a straight logit is assumed: search for the cosine whose logit is the "
         "total"),
        (lambda got: isinstance(got, float) and not math.isfinite(got), "exp of a cold logit "
         "overflows: use logsumexp"),
        (lambda got: want == 1 and isinstance(got, float) and got > 1, "no cosine exceeds 1: never "
         "is 1.0"),
        (lambda got: isinstance(got, float) and math.isclose(got, -want, abs_tol=1e-6),
         "the bracket is halved on the wrong side: the logit grows with the cosine"),
        (lambda got: isinstance(got, float) and abs(got) == 1, "you end at an end of the bracket: "
         "keep the half in which the logit crosses the total"),
    ]
    got = call("release_cosine", _increasing(logit), strangers.clone()).value
    got = float(got) if torch.is_tensor(got) and got.numel() == 1 else got
    return close_number(got, want, tried=f"{tried}, {n} strangers", causes=causes, rtol=0.0,
                        atol=1e-6, hint=2, otherwise="the logit there is not the strangers' total")


def _shares(theta, others, alpha):
    """Give the partner's and the strangers' shares from logs, and 1 - P_+ without a difference."""
    logits = -2 * alpha * (torch.tensor([theta, *others.tolist()], dtype=torch.float64) / 2
                           ).tan().log()
    shares = logits.softmax(0)
    return shares[0], shares[1:]


def by_angle(theta, others, alpha):
    """Give the gradients of one loss by the angle of the pair and those of the strangers."""
    _, strangers = _shares(theta, others, alpha)
    pull = strangers.sum() * 2 * alpha / math.sin(theta)
    return float(pull), -strangers * 2 * alpha / others.sin()


def angle_slips(theta, others, alpha):
    """List the slips in the gradients by angles, as ((pair's, strangers'), cause)."""
    partner, strangers = _shares(theta, others, alpha)
    pull, push = by_angle(theta, others, alpha)
    lost = float((1 - partner) * 2 * alpha / math.sin(theta))
    s = torch.tensor([math.cos(theta), *others.cos().tolist()], dtype=torch.float64)
    inside = s.abs() < 1 - 1e-6
    near = odds(alpha)(s.clamp(1e-6 - 1, 1 - 1e-6)).softmax(0)
    slope = torch.where(inside, 2 * alpha / ((1 - s) * (1 + s)), 0.0)
    sine = torch.tensor([math.sin(theta), *others.sin().tolist()], dtype=torch.float64)
    clamped = (float(near[1:].sum() * slope[0] * sine[0]), -near[1:] * slope[1:] * sine[1:])
    turned = "the signs: a wider pair costs more (+), a farther stranger less (−)"
    none = math.nan, torch.full_like(others, math.nan)
    return [
        ((-pull, none[1]), turned),
        ((none[0], -push), turned),
        ((-pull / math.sin(theta), push / others.sin() * -1),
         "this is the gradient by the cosine: times ds/dθ = −sin θ"),
        ((pull / alpha, push / alpha), "alpha is missing in the slope: it is 2 α / sin θ"),
        ((pull / 2, push / 2), "the 2 is missing in the slope: it is 2 α / sin θ"),
        (clamped, "a clamp lets go of a twin: a stranger almost at one's place is pushed hardest"),
        ((lost, none[1]), "1 − P₊ loses all digits: add up the strangers' shares"),
        ((lambda got: isinstance(got, float) and theta < 1e-6
          and not math.isclose(got, pull, rel_tol=1e-3),
          none[1]), "1 − P₊ loses all digits: add up the strangers' shares"),
        ((none[0], lambda got: torch.is_tensor(got) and float(others.min()) < 1e-5
          and not bool(got.isfinite().all() and got.min() < -1e5)),
         "a clamp lets go of a twin: a stranger almost at one's place is pushed hardest"),
        ((none[0], lambda got: torch.is_tensor(got) and float(others.min()) < 1e-5),
         "cos of a tiny angle rounds to 1: stay with angles, tan(θ/2) keeps all digits"),
    ]
