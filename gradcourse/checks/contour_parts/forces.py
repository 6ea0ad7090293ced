"""Which bin, and which force: the first two exercises of chapter 04."""

import torch

from gradcourse.checks.compare import same, untouched
from gradcourse.checks.contour_parts import flats
from gradcourse.checks.exercise import Exercise

# contour.1: which bin
BIN = Exercise(
    id="contour.1",
    name="bin_of",
    title="Which bin?",
    points=1,
    difficulty=1,
    minutes=5,
    hints=(
        "How many whole widths lie between u0 and u? And what of energies outside?",
        "J = floor((u - u0) / du), then not below 0 and not above m - 1.",
        "t = (u - u0) / du\nreturn t.floor().clamp(0, m - 1).long()",
    ),
)


def _compare_bins(call, u, u0, du, m, tried, hint):
    want = ((u - u0) / du).floor().clamp(0, m - 1).long()
    t = (u - u0) / du
    causes = [
        (t.floor().long(), "energies outside belong to the first or to the last bin: clamp"),
        (t.floor().clamp(min=0).long(), "energies above the last bin belong to it: clamp at m - 1"),
        (t.floor().clamp(max=m - 1).long(), "energies below u0 belong to bin 0: clamp at 0"),
        (t.floor().clamp(0, m).long(), "there are m bins, from 0: the last one is m - 1"),
        (t.round().clamp(0, m - 1).long(), "round down: a bin reaches up to its next edge"),
        (t.ceil().clamp(0, m - 1).long(), "round down: a bin begins with its lower edge"),
        ((t.ceil() - 1).clamp(0, m - 1).long(), "a lower edge belongs to the bin it begins"),
        ((t.floor() + 1).clamp(1, m).long(), "bins count from 0: yours count from 1"),
        (t.floor().clamp(0, m - 1), "bins are whole numbers: end with .long()"),
    ]
    reply = call("bin_of", u.clone(), u0, du, m)
    return same(reply.value, want, tried=tried, causes=causes, hint=hint)


@BIN.check("inside the bins", hint=1)
def _inside(call, draw):
    u0, du, m = draw.uniform(-3.0, 3.0), draw.uniform(0.2, 0.9), draw.integer(6, 12)
    u = u0 + du * (torch.arange(m) + draw.uniform(0.55, 0.95, m))
    return _compare_bins(call, u, u0, du, m, f"one energy in each of {m} bins, upper half", 1)


@BIN.check("on the edges", hint=2)
def _edges(call, draw):
    u0, m = float(draw.integer(-3, 3)), draw.integer(6, 12)
    u = u0 + 0.25 * torch.arange(m, dtype=torch.float64)
    return _compare_bins(call, u, u0, 0.25, m, "energies on the lower edges", 2)


@BIN.check("outside", hint=2)
def _outside(call, draw):
    u0, du, m = draw.uniform(-3.0, 3.0), draw.uniform(0.2, 0.9), draw.integer(4, 9)
    ends = torch.tensor([-2.4, -0.3, m + 0.3, m + 5.6], dtype=torch.float64)
    return _compare_bins(call, u0 + du * ends, u0, du, m, "two energies below, two above", 2)


# contour.2: the bent force
FORCE = Exercise(
    id="contour.2",
    name="multiplier",
    title="The bent force",
    points=2,
    difficulty=2,
    minutes=15,
    hints=(
        "By how much does log Psi rise across bin J? Divide by the bin's width.",
        "M = 1 + zeta tau (log theta(J) - log theta(J - 1)) / du (4.6); 1 in bin 0 and beside "
        "an empty bin.",
        "rise = log theta at J minus log theta at J - 1\n"
        "set it to 0 where J is 0 or one of the two masses is 0\n"
        "return 1 + zeta * tau * rise / du",
    ),
)


def _force(theta, J, zeta, tau, du):
    rise = theta.log()[J] - theta.log()[(J - 1).clamp(min=0)]
    return 1 + zeta * tau / du * torch.where((J > 0) & rise.isfinite(), rise, 0.0)


def _compare_force(call, theta, J, zeta, tau, du, tried, hint=2):
    m, log = len(theta), theta.log()
    want = _force(theta, J, zeta, tau, du)
    right, down = log[(J + 1).clamp(max=m - 1)] - log[J], log[J] - log[J - 1]
    causes = [
        (lambda got: _has_nan(got), "an empty bin gives log 0: beside one the factor is 1"),
        (2 - want, "the sign: masses that fall with energy weaken the force"),
        (_force(theta, J, zeta, 1.0, du), "tau is missing: log Psi is measured in units of energy"),
        (_force(theta, J, zeta, 1 / tau, du), "multiply by tau, do not divide"),
        (_force(theta, J, zeta, tau, 1.0), "a slope is a rise over a width: divide by du"),
        (_force(theta, J, 1.0, tau, du), "zeta is missing: it says how flat"),
        (want - 1, "the plain force is lost: 1 plus the slope"),
        (want.clamp(min=0), "a negative multiplier is wanted: that is the walk bouncing uphill"),
        (want.abs(), "a negative multiplier is wanted: that is the walk bouncing uphill"),
        (1 + zeta * tau / du * right, "the line in bin J comes from below: J - 1, not J + 1"),
        (torch.where(J > 0, 1 + zeta * tau / du * right, 1.0),
         "the line in bin J comes from below: J - 1, not J + 1"),
        (1 + zeta * tau / du * down, "in bin 0 there is no bin below: the factor is 1"),
    ]
    args = theta.clone(), J.clone(), zeta, tau, du
    reply = call("multiplier", *args)
    failure = same(reply.value, want, tried=tried, causes=causes, hint=hint)
    return failure or untouched(reply, *args[:2], tried=tried)


def _has_nan(got):
    return isinstance(got, torch.Tensor) and not got.isfinite().all()


def _setting(draw, tau=1.0):
    m = draw.integer(7, 11)
    return flats.masses(draw, m, 0.1, 0.02), m, draw.uniform(0.4, 0.9), tau, draw.uniform(0.6, 0.9)


@FORCE.check("equal masses", hint=1)
def _equal(call, draw):
    _, m, zeta, tau, du = _setting(draw)
    theta = torch.full((m,), 1 / m, dtype=torch.float64)
    return _compare_force(call, theta, torch.arange(1, m), zeta, tau, du, f"{m} equal masses", 1)


@FORCE.check("falling masses", hint=2)
def _falling(call, draw):
    theta, m, *rest = _setting(draw)
    return _compare_force(call, theta, torch.arange(1, m - 1), *rest, f"{m} falling masses")


@FORCE.check("another temperature", hint=2)
def _warm(call, draw):
    theta, m, *rest = _setting(draw, draw.uniform(1.6, 2.4))
    return _compare_force(call, theta, torch.arange(1, m - 1), *rest, f"tau = {rest[1]:.2g}")


@FORCE.check("uphill", hint=1)
def _uphill(call, draw):
    _, m, zeta, tau, du = _setting(draw)
    theta = (-draw.uniform(2.5, 3.0) * torch.arange(m, dtype=torch.float64)).softmax(0)
    return _compare_force(call, theta, torch.arange(1, m - 1), zeta, tau, du, "masses falling fast")


@FORCE.check("the lowest bin", hint=2)
def _lowest(call, draw):
    theta, m, *rest = _setting(draw)
    return _compare_force(call, theta, torch.tensor([0, 2, 0]), *rest, "bins 0, 2, 0")


@FORCE.check("empty bins", hint=2)
def _empty(call, draw):
    theta, m, *rest = _setting(draw)
    theta[3] = 0.0
    J = torch.tensor([2, 3, 4, 5])
    return _compare_force(call, theta / theta.sum(), J, *rest, "bin 3 of the masses is empty")
