"""The six graded exercises of chapter 08: intervals, words, seeds, a mapping, a trial, a slope.

Four have no twin in the library: words in their order, the plan from a pilot, the fair trial, and
the slope from gradients alone. In the trial the judge does the training and keeps a list.
"""

from gradcourse.checks import audits, walks
from gradcourse.checks.call import counted
from gradcourse.checks.exercise import Exercise

# entangled.1: an interval for a paired difference
PAIR = Exercise(
    id="entangled.1",
    name="paired_interval",
    title="An interval for a paired difference",
    points=2,
    difficulty=1,
    minutes=10,
    hints=(
        "The two arms share each seed's luck. In which order do you subtract, and when average?",
        "d = a - b, its mean m, its standard deviation s with n - 1 below; m -+ t s / root n, "
        "t from Student's law with n - 1 degrees of freedom.",
        "d = a - b; m = mean of d; s = root of (sum of (d - m)^2 / (n - 1))\n"
        "t = scipy.stats.t.ppf((1 + level) / 2, n - 1)\nhalf = t * s / root of n\n"
        "return m, m - half, m + half",
    ),
)


@PAIR.check("a constant gain", hint=1)
def _constant(call, draw):
    b, shift = draw.normal(6), draw.uniform(0.5, 2.0)
    return audits.compare_pair(call, b + shift, b, 0.95, "six seeds, every gain the same")


@PAIR.check("three seeds", hint=2)
def _three(call, draw):
    b = 5 * draw.normal(3)
    return audits.compare_pair(call, b + 1 + draw.normal(3), b, 0.95, "three seeds")


@PAIR.check("twenty seeds", hint=2)
def _twenty(call, draw):
    b = 5 * draw.normal(20)
    return audits.compare_pair(call, b + 1 + draw.normal(20), b, 0.95, "twenty seeds")


@PAIR.check("another level", hint=2)
def _level(call, draw):
    b, level = 5 * draw.normal(7), draw.uniform(0.5, 0.8)
    return audits.compare_pair(call, b + 1 + draw.normal(7), b, level, "seven seeds")


@PAIR.check("the arms are left alone", hint=3)
def _arms_alone(call, draw):
    a, b = draw.normal(5), draw.normal(5)
    reply = call("paired_interval", a.clone(), b.clone(), 0.95)
    return walks.kept(reply, "a", a)


# entangled.2: words, in order
WORDS = Exercise(
    id="entangled.2",
    name="weigh",
    title="Five words, in order",
    points=2,
    difficulty=2,
    minutes=10,
    hints=(
        "Which words can be said from the gain alone? They come first.",
        "harm: all below 0. too small to matter: all below delta. If the gain is not all delta or "
        "more, nothing is decided. Only then ask what the cause adds.",
        "low, high = gain; added_low, added_high = cause\nhigh < 0: harm\n"
        "high < delta: too small to matter\nlow < delta: inconclusive\n"
        "added_high < delta: benefit, other cause\nadded_low >= delta: benefit, this cause\n"
        "else: inconclusive",
    ),
)


@WORDS.check("harm", hint=1)
def _harm(call, draw):
    return audits.compare_words(call, draw, ["harm", "harm, cause unclear", "hardly harm"])


@WORDS.check("too small to matter", hint=2)
def _small(call, draw):
    return audits.compare_words(call, draw, ["holds zero", "above zero", "no cause to ask"])


@WORDS.check("a benefit, and its cause", hint=2)
def _cause(call, draw):
    return audits.compare_words(call, draw, ["other cause", "other cause, small", "this cause"])


@WORDS.check("inconclusive", hint=2)
def _inconclusive(call, draw):
    cases = ["wide", "above zero only", "cause unclear", "nothing clear"]
    return audits.compare_words(call, draw, cases)


@WORDS.check("exactly on the border", hint=3)
def _border(call, draw):
    return audits.compare_words(call, draw, ["high at zero", "high at delta", "low at delta",
                                             "low at delta, other cause", "added low at delta",
                                             "added high at delta"])


# entangled.3: how many seeds
PLAN = Exercise(
    id="entangled.3",
    name="plan",
    title="How many seeds?",
    points=3,
    difficulty=3,
    minutes=15,
    hints=(
        "A pilot may tell you how much gains scatter. May it tell you how large they are?",
        "level = 1 - 0.05 / m for m contrasts; with n seeds the chance is "
        "nct.sf(t, n - 1, delta root n / s), t = the two-sided quantile of Student's law.",
        "for each pilot: s = its standard deviation, n - 1 below\n    n = 2\n"
        "    while the chance with n seeds is below 0.8: n = n + 1\n    keep n\n"
        "the chance: scipy.stats.nct.sf(t, n - 1, delta * sqrt(n) / s),\n"
        "    t = scipy.stats.t.ppf((1 + level) / 2, n - 1)",
    ),
)


@PLAN.check("one contrast, wide", hint=2)
def _wide(call, draw):
    return audits.compare_plan(call, [draw.uniform(5.3, 6.8) * audits.pilot(draw, 6)], 5.0)


@PLAN.check("one contrast, narrow", hint=2)
def _narrow(call, draw):
    delta = draw.uniform(9.0, 11.0)
    return audits.compare_plan(call, [delta / 20 * audits.pilot(draw, 6)], delta)


@PLAN.check("the pilot's mean says nothing", hint=1)
def _mean(call, draw):
    gains = draw.uniform(5.3, 6.8) * audits.pilot(draw, 6) + draw.choice([-1, 1]) * 30
    return audits.compare_plan(call, [gains], 5.0)


@PLAN.check("four contrasts share one chance", hint=2)
def _four(call, draw):
    pilots = [spread * audits.pilot(draw, 6) for spread in (2.0, 3.0, 4.0, 5.0)]
    delta = draw.uniform(4.0, 6.0)
    while audits.slips_agree(pilots, delta):
        delta = draw.uniform(4.0, 6.0)
    return audits.compare_plan(call, pilots, delta)


# entangled.4: the mapped gradient
MAP = Exercise(
    id="entangled.4",
    name="mapped_gradient",
    title="The mapped gradient",
    points=3,
    difficulty=3,
    minutes=15,
    hints=(
        "Row i of A says from where letter i gets its gradient. What do the rows sum to?",
        "C normalised row by row (mean 0, variance 1); A = softmax(C C^T / root d) along each row "
        "(8.3); G + lam (A - 1) G (8.4).",
        "C = (C - mean of each row) / root of each row's variance, n below\n"
        "A = softmax of C times its transpose over root d, over the last axis\n"
        "return G + lam * (A times G - G)",
    ),
)


@MAP.check("two letters", hint=2)
def _two_letters(call, draw):
    C = 0.6 * draw.normal(2, 5)  # short enough for raw products to mix too
    return audits.compare_map(call, draw.normal(2, 5), C, draw.uniform(0.2, 0.6))


@MAP.check("seven letters", hint=2)
def _seven(call, draw):
    C = draw.uniform(2.0, 4.0) + draw.normal(7, 4) * draw.uniform(2.0, 4.0)
    return audits.compare_map(call, draw.normal(7, 4), C, draw.uniform(0.2, 0.6))


@MAP.check("a gradient that all letters share", hint=1)
def _shared(call, draw):
    G = draw.normal(1, 4).expand(5, 4).contiguous()
    return audits.compare_map(call, G, draw.normal(5, 4), draw.uniform(0.3, 0.9))


@MAP.check("the other sign", hint=2)
def _other_sign(call, draw):
    return audits.compare_map(call, draw.normal(5, 6), draw.normal(5, 6), -draw.uniform(0.2, 0.6))


@MAP.check("G and C are left alone", hint=3)
def _map_alone(call, draw):
    G, C = draw.normal(3, 4), draw.normal(3, 4)
    reply = call("mapped_gradient", G.clone(), C.clone(), 0.5)
    return walks.kept(reply, "G", G) or audits.kept_second(reply, "C", C)


# entangled.5: an unfair trial, mended
TRIAL = Exercise(
    id="entangled.5",
    name="trial",
    title="Find the bug",
    points=4,
    difficulty=4,
    minutes=20,
    hints=(
        "Write down what each call of train got. Do two arms of a seed ever see the same letters?",
        "For one seed every arm starts from the same weights and reads the same letters; another "
        "seed has others. A gain is plain's loss minus the arm's. The pilot's seeds are spent.",
        "fresh = the seeds that are not in the pilot, in their order\n"
        "losses of each arm = train(arm, seed, seed) for each fresh seed\n"
        "for every arm but plain: its gains, plain's losses minus its own, as a list",
    ),
)


@TRIAL.check("arms share weights and letters", hint=1)
def _share(call, draw):
    return audits.judge_trial(call, audits.field(draw, pilot=0), audits.shared)


@TRIAL.check("seeds differ", hint=2)
def _differ(call, draw):
    return audits.judge_trial(call, audits.field(draw, pilot=0), audits.different)


@TRIAL.check("the pilot's seeds are spent", hint=2)
def _spent(call, draw):
    return audits.judge_trial(call, audits.field(draw, pilot=3), audits.spent)


@TRIAL.check("every fresh seed is run, once an arm", hint=3)
def _all_run(call, draw):
    return audits.judge_trial(call, audits.field(draw, pilot=2), audits.complete)


@TRIAL.check("the gains", hint=2)
def _gains(call, draw):
    return audits.judge_trial(call, audits.field(draw, pilot=1), audits.gains)


# entangled.6: a slope from gradients alone
SLOPE = Exercise(
    id="entangled.6",
    name="regularised_gradient",
    title="Without double backward",
    points=4,
    difficulty=4,
    minutes=20,
    hints=(
        "Differentiate <h, G(h)> by the product rule: there are two terms.",
        "The gradient of L + lam <h, G> is G + lam (G + H h), and H h, the curvature along h, is "
        "a difference of two gradients: (G(h + e h) - G(h - e h)) / (2 e).",
        "e = 1e-4\nG = grad(h)\nHh = (grad((1 + e) * h) - grad((1 - e) * h)) / (2 * e)\n"
        "return G + lam * (G + Hh)",
    ),
)


@SLOPE.check("a bowl", hint=2)
def _bowl(call, draw):
    return audits.compare_slope(call, audits.bowl(draw, 4), draw.normal(4), draw.uniform(0.2, 0.6))


@SLOPE.check("a bent loss", hint=2)
def _bent(call, draw):
    return audits.compare_slope(call, audits.bent(draw, 4), draw.normal(4), draw.uniform(0.2, 0.6))


@SLOPE.check("read through a norm only", hint=1)
def _norm(call, draw):
    h = draw.normal(5)
    told = "the loss does not feel how long h is"
    return audits.compare_slope(call, audits.radial(draw, 5), h, draw.uniform(0.2, 0.6), told)


@SLOPE.check("at most five gradients", hint=3)
def _few(call, draw):
    loss, h = audits.bowl(draw, 4), draw.normal(4)
    grad = counted(loss.grad, expect=5, like=h)
    call("regularised_gradient", grad, h.clone(), 0.3)
    return audits.few(grad)


@SLOPE.check("h is left alone", hint=3)
def _h_alone(call, draw):
    loss, h = audits.bowl(draw, 4), draw.normal(4)
    grad = counted(loss.grad, expect=5, like=h)
    return walks.kept(call("regularised_gradient", grad, h.clone(), 0.3), "h", None, h)
