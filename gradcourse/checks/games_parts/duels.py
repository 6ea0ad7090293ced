"""Judging rounds of two players: run an answer, count its questions, know the usual slips.

A rule (x, y, old, gx, gy, h, k) -> (x, y, old) is one round; k = eta h is y's step, and old is
what it remembers. The slips that learners make are rules too.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from gradcourse.checks import bowls, walks
from gradcourse.checks.call import counted
from gradcourse.checks.compare import Failure, close, same

MIXED = "the paths are mixed: stack the rows of x and those of y apart, and return both"
ALTERNATES = "y is asked after x has moved: that is the alternating step; ask both, then move"
Y_FIRST = "x is asked after y has moved: still alternating, y first; ask both, then move"
DESCENDS = "y goes down: the second player wants K large, so y climbs"
BOTH = "eta speeds up both players: it belongs to y alone"
NEITHER = "eta is not used: y's step is eta * h"
NO_H = "h is missing in y's step: it is eta * h"


class Duel(NamedTuple):
    """Two gradients, two starts, and how to step."""

    gx: Callable
    gy: Callable
    x0: Tensor
    y0: Tensor
    h: float
    eta: float
    steps: int

    def told(self) -> str:
        """Say in short what was tried."""
        shapes = f"x of shape {tuple(self.x0.shape)}, y of shape {tuple(self.y0.shape)}"
        return f"{shapes}, h = {self.h:.3g}, eta = {self.eta:.3g}, steps = {self.steps}"


def rows(rule, duel: Duel, asked=None):
    """Play by a rule (x, y, old, gx, gy, h, k) -> (x, y, old), k being y's step."""
    gx, gy, x, y, h, eta, steps = duel
    if asked is not None:
        gx, gy = _noted(gx, asked[0]), _noted(gy, asked[1])
    xs, ys, old = [x], [y], None
    for _ in range(steps):
        x, y, old = rule(x, y, old, gx, gy, h, eta * h)
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)


def _noted(fn, places):
    return lambda x, y: (places.append(torch.cat([x.flatten(), y.flatten()])), fn(x, y))[1]


def plain(x, y, old, gx, gy, h, k):
    """Step both players from the same old point."""
    return x - h * gx(x, y), y + k * gy(x, y), old


def _alternates(x, y, old, gx, gy, h, k):
    x = x - h * gx(x, y)
    return x, y + k * gy(x, y), old


def _y_first(x, y, old, gx, gy, h, k):
    y = y + k * gy(x, y)
    return x - h * gx(x, y), y, old


PLAIN_SLIPS = (
    (_alternates, ALTERNATES),
    (_y_first, Y_FIRST),
    (lambda x, y, o, gx, gy, h, k: (x - h * gx(x, y), y - k * gy(x, y), o), DESCENDS),
    (lambda x, y, o, gx, gy, h, k: (x - k * gx(x, y), y + k * gy(x, y), o), BOTH),
    (lambda x, y, o, gx, gy, h, k: (x - h * gx(x, y), y + h * gy(x, y), o), NEITHER),
    (lambda x, y, o, gx, gy, h, k: (x - h * gx(x, y), y + k / h * gy(x, y), o), NO_H),
)


def _remembering(new=2.0, before=-1.0, empty=False, frozen=False, turn=1.0, steps=None, late=False):
    """Make an optimistic rule, right or with a slip."""

    def rule(x, y, old, gx, gy, h, k):
        a, b = gx(x, y), None if late else gy(x, y)
        first = old is None
        old_a, old_b = (0 * x if empty else a, 0 * y if empty else b) if first else old
        h, k = steps(h, k) if steps else (h, k)
        new_x = x - h * (new * a + before * old_a)
        if late:
            b = gy(new_x, y)
            old_b = b if first else old_b
        new_y = y + turn * k * (new * b + before * old_b)
        return new_x, new_y, (old_a, old_b) if frozen and not first else (a, b)

    return rule


def _looks(x, y, old, gx, gy, h, k):
    there = x - h * gx(x, y), y + k * gy(x, y)
    return x - h * gx(*there), y + k * gy(*there), old


OPTIMISTIC = _remembering()
EXTRA = "you step with gradients from ahead: that is extragradient, two questions a round"
MEMORY_SLIPS = (
    (plain, "this is the plain step: the gradient of the round before is missing"),
    (_remembering(empty=True), "the memory starts empty, so round 1 steps twice: begin old = new"),
    (_remembering(frozen=True), "the old gradient never changes in your loop: renew it each round"),
    (_remembering(-1.0, 2.0), "the two are swapped: twice the new gradient, minus the old one"),
    (_remembering(2.0, 1.0), "the old gradient is taken off, not added"),
    (_remembering(1.0, -1.0), "the new gradient counts twice: 2 g - g_old, not g - g_old"),
    (_remembering(late=True), ALTERNATES),
    (_remembering(turn=-1.0), DESCENDS),
    (_remembering(steps=lambda h, k: (k, k)), BOTH),
    (_remembering(steps=lambda h, k: (h, h)), NEITHER),
    (_looks, EXTRA),
)


class Kind(NamedTuple):
    """An answer's name, its rule, and the slips that it may hold."""

    name: str
    rule: Callable
    slips: tuple


PLAY = Kind("play", plain, PLAIN_SLIPS)
MEMORY = Kind("optimistic", OPTIMISTIC, MEMORY_SLIPS)
FIRST = Kind("optimistic", OPTIMISTIC, (MEMORY_SLIPS[1], *MEMORY_SLIPS[4:]))  # seen in round 1


def run(call, kind: Kind, duel: Duel):
    """Run an answer; return its reply and the two gradients that counted."""
    gx = counted(duel.gx, expect=duel.steps, what="x's gradient", like=duel.x0)
    gy = counted(duel.gy, expect=duel.steps, what="y's gradient", like=duel.x0)
    start = duel.x0.clone(), duel.y0.clone()
    options = {"h": duel.h, "eta": duel.eta, "steps": duel.steps}
    return call(kind.name, gx, gy, *start, **options), gx, gy


def compare(call, kind: Kind, duel: Duel, hint=2) -> Failure | None:
    """Compare an answer's two paths with the rule's; a slip names the cause."""
    return _same(run(call, kind, duel)[0].value, kind, duel, hint=hint)


def outcome(call, kind: Kind, duel: Duel, holds, wanted: str) -> Failure | None:
    """Fail unless the size of the paths, 1 at the start, is as wanted."""
    value = run(call, kind, duel)[0].value
    size = _size(value, duel)
    if size is not None and holds(size / size[0]):
        return None
    why = "the rounds differ from the formula: compare two of them by hand"
    reason = _same(value, kind, duel, otherwise=why)
    got = "two paths of another form"
    if size is not None:
        got = f"{float(size[-1] / size[0]) ** 0.5:.3g} times the distance at the end"
    return Failure(duel.told(), wanted, got, reason.cause if reason else why, 2)


def kept(call, kind: Kind, duel: Duel) -> Failure | None:
    """Fail when a call moved the caller's starts."""
    return walks.kept(run(call, kind, duel)[0], "x0 and y0", None, None, duel.x0, duel.y0)


def wrong_places(kind: Kind, duel: Duel, oracles) -> Failure | None:
    """Fail unless both gradients were asked where the rule asks them."""
    got, want = [_stacked(oracle) for oracle in oracles], _places(kind.rule, duel)
    if close(got, want):
        return None
    causes = [(_places(slip, duel), cause) for slip, cause in kind.slips]
    tried = "the places where you ask"
    return same(got, want, tried=tried, causes=causes, hint=1)


def _same(value, kind: Kind, duel: Duel, **options):
    want = x, y = rows(kind.rule, duel)
    if close(value, want):
        return None
    forms = zip(walks.path_causes(x), walks.path_causes(y), strict=True)
    causes = [(None if a is None else (a, b), cause) for (a, cause), (b, _) in forms]
    causes.append((list(zip(x, y, strict=True)), MIXED))
    causes += [(_like(slip, duel), cause) for slip, cause in kind.slips]
    return same(value, want, tried=duel.told(), causes=causes, **options)


def _like(slip, duel: Duel):
    """Make a question: are these the paths of that slip? Most slips need never be played."""
    return lambda got: close(got, rows(slip, duel), rtol=1e-7)


def bent(draw, steps):
    """Draw a game that is a little bent; x is a table, y a row."""
    P, r = draw.normal(4, 3), draw.uniform(0.3, 0.8)

    def gx(x, y):
        return (P @ y).reshape(2, 2) + 0.4 * torch.sin(x)

    def gy(x, y):
        return P.T @ x.reshape(4) - r * y

    x0, y0 = 1 + draw.uniform(0.0, 1.0, 2, 2), 1 + draw.uniform(0.0, 1.0, 3)
    return Duel(gx, gy, x0, y0, draw.uniform(0.05, 0.1), draw.uniform(2.5, 4.0), steps)


def toy(draw, p, r, share, steps, eta=None):
    """Draw the toy K = p x y - r y² / 2, two numbers a side, with h = share / (p sqrt eta)."""
    x0, y0 = bowls.start(draw, 2), bowls.start(draw, 2)
    eta = eta or draw.uniform(3.0, 9.0)
    h = share / (p * eta**0.5)
    return Duel(lambda x, y: p * y, lambda x, y: p * x - r * y, x0, y0, h, eta, steps)


def _size(paths, duel):
    """Measure the two paths by |x|² + |y|² / eta; None when they have another form."""
    if not isinstance(paths, tuple | list) or len(paths) != 2:
        return None
    fits = [isinstance(got, Tensor) and got.shape == (duel.steps + 1, 2) for got in paths]
    if not all(fits):
        return None
    return (paths[0] ** 2).sum(-1) + (paths[1] ** 2).sum(-1) / duel.eta


def uncounted(counts, duel: Duel) -> Failure | None:
    """Fail unless each gradient was asked once a round."""
    failures = (walks.wrong_count(count, duel.steps) for count in counts)
    return next((failure for failure in failures if failure), None)


def _stacked(oracle):
    places = [torch.cat([v.flatten() for v in q if isinstance(v, Tensor)]) for q in oracle.asked]
    return torch.stack(places) if len({len(place) for place in places}) == 1 else None


def _places(rule, duel):
    asked = [], []
    rows(rule, duel, asked)
    return [torch.stack(places) for places in asked]
