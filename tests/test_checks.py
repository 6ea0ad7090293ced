"""Draws, comparisons, and what an answer earns."""

import math
import re

import pytest
import torch

from gradcourse import checks
from gradcourse.checks import (
    EXERCISES,
    Draw,
    Exercise,
    Failure,
    counted,
    find,
    load,
    local_call,
    refuses,
    require,
    run,
    same,
    short,
    slugs,
    tell,
    untouched,
)

F8 = torch.float64
X, G = torch.tensor([1.0, 2.0], dtype=F8), torch.tensor([0.5, -1.0], dtype=F8)


def cause(got, want, **options):
    failure = same(got, want, tried="f(x)", **options)
    return failure and failure.cause


# ---------------------------------------------------------------- same


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (X, X.clone()),
        (X.float() * 0.1, X * 0.1),
        (X + 1e-13, X),
        (1.5, 1.5),
        (2, 2.0),
        (torch.tensor(1.5, dtype=F8), 1.5),
        (1.5, torch.tensor(1.5, dtype=F8)),
        ((1.0, X), (1.0, X)),
        ([1.0, 2.0], (1.0, 2.0)),
        ({"a": X}, {"a": X}),
        (torch.tensor([1, 2]), torch.tensor([1, 2])),
        (True, True),
        (torch.tensor([True]), torch.tensor([True])),
        ("a", "a"),
        (None, None),
        (float("nan"), float("nan")),
        (float("inf"), float("inf")),
        (torch.empty(0, 2, dtype=F8), torch.empty(0, 2, dtype=F8)),
    ],
)
def test_equal_values_pass(got, want):
    assert same(got, want, tried="f(x)") is None


@pytest.mark.parametrize(
    ("got", "want", "words"),
    [
        (None, X, "is there a return"),
        (X[:1], X, r"shape \(2,\) is wanted, shape \(1,\)"),
        (X.reshape(2, 1), X, "shape"),
        (X.reshape(1, 2), X, "shape"),
        (X[0], X, "one number came back"),
        (X[:1], 1.0, "one number is wanted"),
        ([1.0, 2.0], X, "a list came back"),
        (True, 1.0, "a bool came back"),
        (1, True, "a bool is wanted"),
        (torch.tensor(True), 1.0, "numbers are wanted"),
        (torch.tensor([1, 2]), X, "decimals are wanted"),
        (X, torch.tensor([1, 2]), "whole numbers are wanted"),
        (X.half(), X, "half precision"),
        ("1.0", 1.0, "a str came back"),
        ((1.0,), (1.0, 2.0), "2 values are wanted, 1 came back"),
        (1.0, (1.0, 2.0), "2 values are wanted, a float"),
        ({"b": 1.0}, {"a": 1.0}, "keys a"),
        (X * float("nan"), X, "differ"),
        (X + 1e-6, X, "differ"),
        (1.0, 1.0 + 1e-6, "differ"),
        (float("inf"), 1.0, "differ"),
        (0.0, 1e-6, "differ"),
        (torch.tensor([1, 3]), torch.tensor([1, 2]), "differ"),
        (torch.tensor([2**53 + 1]), torch.tensor([2**53]), "differ"),
    ],
)
def test_other_values_fail_with_the_reason(got, want, words):
    failure = same(got, want, tried="f(x)", hint=2)
    assert failure.hint == 2 and failure.tried == "f(x)"
    assert re.search(words, failure.cause), failure.cause


def test_single_precision_may_be_as_coarse_as_it_is_and_no_coarser():
    assert same((X / 3).float(), X / 3, tried="") is None
    assert same((X / 3).float() * 1.0001, X / 3, tried="")


def test_the_first_matching_cause_is_named():
    wrong = [(X + G, "you climb"), (X - G, "other")]
    assert cause(X + G, X, causes=wrong) == "you climb"
    assert cause(X * 7, X, causes=wrong, otherwise="unknown") == "unknown"
    assert cause(X + G, X, causes=[(lambda got: got[0] > 1.2, "too far")]) == "too far"
    assert cause(X[:1], X, causes=[(X[:1], "one is missing")]) == "one is missing"
    assert cause(None, X, causes=[(None, "no return")]) == "no return"


def test_a_cause_that_equals_the_right_value_explains_nothing():
    assert cause(X * 7, X, causes=[(X, "never")]).startswith("the numbers differ")


def test_a_card_shows_the_place_where_a_long_tensor_differs_most():
    want = torch.zeros(3, 4, dtype=F8)
    got = want.clone()
    got[2, 1], got[0, 0] = 0.5, 0.1
    failure = same(got, want, tried="")
    assert (failure.expected, failure.got) == ("0.0 at [2, 1]", "0.5 at [2, 1]")
    failure = same([want, got], [want, want], tried="")
    assert failure.got == "0.5 at [2, 1] in part 2"


def test_a_card_shows_as_many_digits_as_tell_two_numbers_apart():
    failure = same(1.0000012, 1.0, tried="")
    assert (failure.expected, failure.got) == ("1.0", "1.000001")


def test_short_forms():
    assert tell("f", 2.0, X, lr=0.1 + 0.2) == "f(2.0, [1.0, 2.0], lr=0.3)"
    assert short(torch.zeros(3, 4)) == "tensor 3×4"
    assert short((1.0,)) == "(1.0,)" and short(list(range(9))) == "[0, 1, 2, 3, 4, 5, …]"
    assert short(counted(len, expect=1)) == "gradient"
    assert len(short("a" * 10**6)) <= 60


def test_a_failure_is_short_and_on_one_line():
    failure = Failure("a\nb", got="x" * 10**6, cause="\x1b[31mred")
    assert failure.tried == "a b" and len(failure.got) == 200 and "\x1b" not in failure.cause


def test_untouched_refuses_and_require():
    def moves(x):
        x += 1
        return x

    def refusing(x, *, lr):
        raise ValueError("lr must be > 0, got -0.1")

    call = local_call(moves, refusing)
    assert "changed its input" in untouched(call("moves", X.clone()), X, tried="").cause
    assert untouched(local_call(short)("short", X), X, tried="") is None
    asked = {"lr": -0.1, "cause": "refuse it"}
    assert refuses(call, "refusing", X, mentions=("lr", "-0.1"), **asked) is None
    assert refuses(call, "refusing", X, mentions=("beta",), **asked).cause == "refuse it"
    assert refuses(call, "refusing", X, kind="TypeError", **asked)
    assert refuses(call, "moves", X, cause="refuse it").got == "no error"
    words = {"tried": "", "expected": "", "got": "", "cause": "c"}
    assert require(1 > 0, **words) is None and require(0 > 1, **words).cause == "c"


# ---------------------------------------------------------------- draws


def test_a_draw_depends_on_seed_and_name_and_on_nothing_else():
    first = Draw(0, "a").normal(3)
    assert torch.equal(first, Draw(0, "a").normal(3))
    assert not torch.equal(first, Draw(1, "a").normal(3))
    assert not torch.equal(first, Draw(0, "b").normal(3))
    assert torch.equal(Draw(b"secret", "a").normal(3), Draw("secret", "a").normal(3))
    assert first.tolist() == pytest.approx(Draw("0", "a").normal(3).tolist())


def test_draws_keep_their_ranges():
    draw = Draw(0, "ranges")
    assert draw.normal(2, 3).dtype == F8 and draw.normal(2, 3).shape == (2, 3)
    assert {draw.integer(1, 3) for _ in range(100)} == {1, 2, 3}
    assert {draw.choice("ab") for _ in range(50)} == {"a", "b"}
    assert all(0.1 <= draw.log_uniform(0.1, 10) <= 10 for _ in range(100))
    assert type(draw.uniform(1, 2)) is float and 1 <= draw.uniform(1, 2) < 2
    assert draw.uniform(1, 2, 5).shape == (5,)
    h = draw.spectrum(6, 0.5, 20.0)
    assert h[0] == 0.5 and h[-1] == 20 and torch.equal(h, h.sort().values) and len(h) == 6
    assert 0 <= draw.seed() < 2**31


def test_a_draw_leaves_the_learners_own_chance_alone():
    state = torch.get_rng_state()
    Draw(0, "a").normal(3)
    assert torch.equal(state, torch.get_rng_state())


# ---------------------------------------------------------------- exercises


@pytest.fixture
def toy(monkeypatch):
    monkeypatch.setattr(checks.exercise, "EXERCISES", {})
    exercise = Exercise(id="toy.1", name="double", title="Twice", points=3)

    @exercise.check("a number", hint=2)
    def number(call, draw):
        x = draw.uniform(1, 2)
        return same(call("double", x).value, 2 * x, tried="double(x)", causes=[(x, "unchanged")])

    @exercise.check("a tensor", points=2)
    def tensor(call, draw):
        x = draw.normal(2)
        return same(call("double", x).value, 2 * x, tried="double(x)")

    @exercise.check("zero")
    def zero(call, draw):
        value = call("double", 0.0).value
        return require(value.real == 0, tried="", expected="0", got=str(value), cause="not zero")

    return exercise


def answer(fn):
    return local_call(double=fn)


def refuses_tensors(x):
    if isinstance(x, torch.Tensor):
        raise TypeError("no")
    return 2 * x


def stub(x):
    raise NotImplementedError("toy.1: not started")


def half_written(x):
    if isinstance(x, torch.Tensor):
        raise NotImplementedError
    return 2 * x


@pytest.mark.parametrize(
    ("fn", "state", "points", "failed"),
    [
        (lambda x: 2 * x, "right", 3.0, set()),
        (lambda x: x, "partly", 0.5, {"a number", "a tensor"}),
        (lambda x: x + 9, "wrong", 0.0, {"a number", "a tensor", "zero"}),
        (stub, "not started", 0.0, {"a number", "a tensor", "zero"}),
        (half_written, "partly", 1.0, {"a tensor"}),
        (refuses_tensors, "partly", 1.0, {"a tensor"}),
        (lambda x: "text", "wrong", 0.0, {"a number", "a tensor", "zero"}),
    ],
)
def test_an_answer_earns_the_checks_it_passes(toy, fn, state, points, failed):
    result = run(toy, answer(fn))
    assert (result.state, result.points, set(result.failures)) == (state, points, failed)
    assert result.max_points == 3


def test_points_are_shared_equally_by_what_is_left(toy):
    assert [toy.share(check) for check in toy.checks] == [0.5, 2, 0.5]


def test_an_answer_that_is_not_there_is_not_started(toy):
    assert run(toy, local_call()).state == "not started"


def test_failures_say_why_and_point_at_the_checks_hint(toy):
    outcome = run(toy, answer(lambda x: x)).outcomes[0]
    assert (outcome.failure.cause, outcome.failure.hint) == ("unchanged", 2)
    outcome = run(toy, answer(refuses_tensors)).outcomes[1]
    assert outcome.failure.cause == "your answer stopped with TypeError"
    assert outcome.failure.got == "TypeError: no"


def test_a_check_that_breaks_on_odd_values_fails_the_answer_and_keeps_the_trace(toy):
    outcome = run(toy, answer(lambda x: "text")).outcomes[2]
    assert not outcome.passed and "AttributeError" in outcome.crash


def test_one_check_never_changes_the_draw_of_another(toy):
    seen = {}

    def spy(x):
        seen.setdefault(torch.as_tensor(x).ndim, []).append(torch.as_tensor(x).clone())
        return 2 * x

    run(toy, answer(spy))
    del toy.checks[0]
    run(toy, answer(spy))
    first, second = seen[1]
    assert torch.equal(first, second)


def test_the_same_seed_gives_the_same_result_and_another_seed_other_inputs(toy):
    inputs = []
    for seed in (0, 0, 1, b"secret"):
        run(toy, answer(lambda x: inputs.append(x) or x), seed)
    numbers = [x for x in inputs if type(x) is float and x]
    assert numbers[0] == numbers[1] and len(set(numbers)) == 3


def test_names_of_checks_are_unique(toy):
    with pytest.raises(ValueError, match="already has"):
        toy.check("zero")
    with pytest.raises(ValueError, match="id must be"):
        Exercise(id="Toy", name="f", title="")
    with pytest.raises(ValueError, match="hints must be 3, got 1"):
        Exercise(id="toy.9", name="f", title="", hints=("one",))


@pytest.mark.parametrize("id", ["descent.99", "nothing.1", "call.1", "os.1", "", "descent"])
def test_an_unknown_id_lists_the_known_in_one_line(id):
    with pytest.raises(ValueError, match="there are: ") as caught:
        find(id)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("slug", slugs())
def test_every_chapters_exercises_are_whole(slug):
    exercises = load(slug)
    assert exercises and set(exercises) <= set(EXERCISES)
    for id, exercise in exercises.items():
        assert find(id) is exercise and 1 <= exercise.points <= 5 and exercise.title
        if exercise.kind == "code":
            assert exercise.checks and len(exercise.hints) == 3
            total = sum(exercise.share(check) for check in exercise.checks)
            assert math.isclose(total, exercise.points)
            assert all(1 <= check.hint <= 3 for check in exercise.checks)
