"""The race of chapter 01 on handwritten digits: odd or even, from eight of them at a time.

Methods, tuning and what is measured are those of the page's race on breast cancer (claim 1K).
"""

import math

import torch

from gradcourse.data import digits as handwritten
from gradcourse.evidence import mean_interval
from gradcourse.methods import multistage as ms
from gradcourse.methods.descent import gradient_step
from gradcourse.problems import Logistic

MULTIPLES = (1 / 8, 1 / 4, 1 / 2, 1.0, 2.0)  # of the theory's step; one is chosen for "tuned"
METHODS = ("stages", "fixed, accelerated", "fixed, plain", "plain, decaying", "AC-SA",
           "plain, tail average")
AVERAGED = "plain, tail average"


def digits(device, progress, *, seeds=range(2000, 2040), looking=range(5), budget=4000, size=8):
    """Race six methods on l2-logistic regression; steps from the theory, and tuned on `looking`.

    Returns:
        kappa; the multiple chosen for each method; each method's height above the lowest point,
        geometric mean over the second half of the budgets, as [low, median, high] over the seeds;
        and two ratios with their intervals at 95 %.
    """
    problem = _problem(device)
    chosen, ends = {}, {"theory": {}, "tuned": {}}
    for name in progress(METHODS):
        looked = _ends(problem, name, MULTIPLES, looking, budget, size)
        chosen[name] = MULTIPLES[int(looked.median(1).values.nan_to_num(math.inf).argmin())]
        two = _ends(problem, name, (1.0, chosen[name]), seeds, budget, size)
        ends["theory"][name], ends["tuned"][name] = two.unbind(0)
    return {
        "kappa": _short(problem.kappa),
        "multiples": chosen,
        "heights": {way: {name: _spread(end) for name, end in found.items()}
                    for way, found in ends.items()},
        "ratios": {way: _ratios(found) for way, found in ends.items()},
    }


RUNS = {"digits": digits}


def _problem(device):
    """Make the problem: 1,000 digits, pixels without their means, a column of ones."""
    part = handwritten(train=1000, centred=True)
    x = torch.cat([part.x_train, torch.ones_like(part.x_train[:, :1])], 1)
    return Logistic(x.to(device), (part.y_train % 2).to(device), weight=0.01)


def _ends(problem, name, multiples, seeds, budget, size):
    """Return log10 heights, averaged over the late budgets: (multiples, seeds)."""
    path = _path(problem, name, multiples, seeds, budget, size)
    counts = torch.logspace(1, math.log10(budget), 60).round().int().unique().tolist()
    points = [ms.tail_average(path[: n + 1]) if name == AVERAGED else path[n]
              for n in counts if n >= budget // 2]
    return problem.gap(torch.stack(points)).log10().mean(0).cpu()


def _path(problem, name, multiples, seeds, budget, size):
    """Run one method for every multiple and seed: (budget + 1, multiples, seeds, d)."""
    rows = problem.rows
    draws = iter(torch.stack([
        torch.randint(len(rows), (budget, size), generator=torch.Generator().manual_seed(seed))
        for seed in seeds], 1).to(rows.device))
    w = rows.new_zeros(len(multiples), len(seeds), rows.shape[1])
    by = rows.new_tensor(multiples)[:, None, None]

    def grad(w):
        return problem.grad(w, next(draws))

    if name in METHODS[:2]:
        staged = ms.stages(problem.L, problem.mu, ms.switch_short(problem.L, problem.mu), budget)
        plan = staged if name == "stages" else [(1 / problem.L, budget)]
        return ms.run(grad, w, [(lr * by, n) for lr, n in plan], mu=problem.mu).path
    state, path = ms.TwoPoints.at_rest(w), [w]
    for k in range(budget):
        state = _rival(problem, name, state, grad, k, by)
        path.append(state.x)
    return torch.stack(path)


def _rival(problem, name, state, grad, k, by):
    L, mu = problem.L, problem.mu
    if name == "AC-SA":
        return ms.acsa_step(state, grad, L=L / by, mu=mu, k=k)
    lr = ms.decaying_lr(k, L, mu) if name == "plain, decaying" else 1 / L
    return ms.TwoPoints.at_rest(gradient_step(state.x, grad(state.x), lr=lr * by))


def _ratios(ends):
    fixed, staged, averaged = (ends[METHODS[i]] for i in (1, 0, 5))
    pairs = {"fixed over stages": fixed - staged, "stages over average": staged - averaged}
    spans = {name: mean_interval(difference) for name, difference in pairs.items()}
    return {name: [_short(10**end) for end in (span.low, span.mid, span.high)]
            for name, span in spans.items()}


def _spread(ends):
    return [_short(10 ** float(end)) for end in (ends.min(), ends.median(), ends.max())]


def _short(number):
    return float(f"{float(number):.3g}")
