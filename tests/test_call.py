"""How a check reaches an answer, in this process and over two real pipes."""

import subprocess
import sys
import textwrap
import warnings
from pathlib import Path

import pytest
import torch

from gradcourse import wire
from gradcourse.checks import AnswerError, Call, counted, local_call
from gradcourse.checks.call import reaches
from gradcourse.wire import Answers, Stopped, pack, unpack

F8 = torch.float64


def tensor(*values):
    return torch.tensor(values, dtype=F8)


ANSWERS = textwrap.dedent("""
    import torch
    from torch import Tensor

    def plain(x, *, lr): return x * lr
    def mutating(x): x += 1; return None
    def raising(x): raise ValueError("lr must be > 0, got -0.1")
    def stub(x): raise NotImplementedError("descent.1: not started")
    def quitting(x): raise SystemExit(3)
    def odd(x): return object()
    def echo(*args, **kwargs): return [list(args), kwargs]
    def square(x, y): return x**2 * y
    def constant(x): return torch.ones(2)
    def walk(grad, x, *, steps):
        for _ in range(steps): x = x - 0.1 * grad(x)
        return x
    def greedy(grad, x):
        for _ in range(10**5):
            try: grad(x)
            except Exception: pass
    def swallow(grad, x):
        for _ in range(100):
            try: grad(x)
            except BaseException: pass
        return x
    def keep(grad):
        global KEPT
        KEPT = grad
    def late(x): return KEPT(x)
    def draws(generator): return torch.rand(3, generator=generator)
    def same_call(grad): return grad
    def wrong_ask(grad, x): return grad(object())
    def long_error(x): raise ValueError("a" * 10**6 + chr(10) + "b")
    class Liar(Exception):
        def __str__(self): raise RuntimeError
    def lying(x): raise Liar
    class Adam:
        def __init__(self, lr): self.lr, self.k = lr, 0
        def step(self, g): self.k += 1; return -self.lr * g
        def uses(self, grad, x): return grad(x)
    def ask_adam(adam, g): return adam.step(g)
    number = 3
""")


def local():
    namespace = {}
    exec(ANSWERS, namespace)
    return Call(Answers(namespace).handle)


WORKER = """
import sys
sys.path.insert(0, sys.argv[1])
import wire
namespace = {}
exec(open(sys.argv[2], encoding="utf-8").read(), namespace)
wire.serve(wire.Answers(namespace), sys.stdin.buffer, sys.stdout.buffer)
"""


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    """Run the answers in another process that has wire.py and no gradcourse."""
    folder = tmp_path_factory.mktemp("worker")
    (folder / "wire.py").write_bytes(Path(wire.__file__).read_bytes())
    (folder / "answers.py").write_text(ANSWERS, encoding="utf-8")
    (folder / "work.py").write_text(WORKER, encoding="utf-8")
    words = [sys.executable, str(folder / "work.py"), str(folder), str(folder / "answers.py")]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    yield Call(wire.over_pipes(process.stdout, process.stdin))
    process.stdin.close()
    assert process.wait(20) == 0
    process.stdout.close()


@pytest.fixture(params=["here", "over pipes"])
def call(request):
    return local() if request.param == "here" else request.getfixturevalue("worker")


def test_values_cross_both_ways(call):
    assert torch.equal(call("plain", tensor(1, 2), lr=0.5).value, tensor(0.5, 1))
    assert call("echo", 1, (2,), a=[None]).value == [[1, (2,)], {"a": [None]}]


def test_the_reply_holds_the_arguments_as_they_are_afterwards(call):
    x = tensor(1, 2)
    reply = call("mutating", x)
    assert reply.value is None
    assert torch.equal(reply.args[0], tensor(2, 3)) and torch.equal(x, tensor(1, 2))


@pytest.mark.parametrize(
    ("name", "kind", "missing"),
    [
        ("raising", "ValueError", False),
        ("stub", "NotImplementedError", True),
        ("nobody", "NotDefined", True),
        ("number", "TypeError", False),
        ("quitting", "SystemExit", False),
        ("odd", "WireError", False),
        ("lying", "Exception", False),
        ("plain", "TypeError", False),
    ],
)
def test_what_an_answer_raises_becomes_an_answer_error(call, name, kind, missing):
    with pytest.raises(AnswerError) as caught:
        call(name, tensor(1))
    assert (caught.value.kind, caught.value.missing) == (kind, missing)
    assert caught.value.tried.startswith(f"{name}(")


def test_an_error_text_is_cut_to_one_short_line(call):
    with pytest.raises(AnswerError) as caught:
        call("long_error", 1)
    assert len(caught.value.message) <= 200 and "\n" not in caught.value.message


def test_raises_tells_the_refusal(call):
    assert call.raises("raising", 1) == ("ValueError", "lr must be > 0, got -0.1")
    assert call.raises("plain", 1, lr=2) is None
    with pytest.raises(AnswerError, match="NotImplemented"):
        call.raises("stub", 1)


def test_the_gradient_is_taken_on_the_answers_side(call):
    x, y = tensor(1, 2), tensor(3, 4)
    assert torch.equal(call.grad("square", x, y), 2 * x * y)
    assert torch.equal(call.grad("square", x, y, wrt=1), x**2)
    assert torch.equal(call.grad("plain", x, lr=tensor(5, 5), wrt="lr"), x)
    with pytest.raises(AnswerError, match="does not remember"):
        call.grad("constant", x)


def test_an_object_stays_on_its_side(call):
    adam = call.new("Adam", lr=0.5)
    assert torch.equal(adam.step(tensor(2)).value, tensor(-1))
    assert torch.equal(call("ask_adam", adam, tensor(4)).value, tensor(-2))
    assert (adam.get("k"), adam.get("lr")) == (2, 0.5)
    grad = counted(lambda x: 2 * x, expect=1)
    assert torch.equal(adam.uses(grad, tensor(3)).value, tensor(6))
    with pytest.raises(AnswerError) as caught:
        adam.get("nothing")
    assert caught.value.kind == "AttributeError"


def test_a_callback_is_held_and_counted_by_the_judge(call):
    grad = counted(lambda x: 2 * x, expect=3)
    x = call("walk", grad, tensor(1, 1), steps=3).value
    assert torch.allclose(x, tensor(1, 1) * 0.8**3)
    assert grad.count == 3 and not grad.stopped
    places = torch.stack([asked[0] for asked in grad.asked])[:, 0]
    assert torch.allclose(places, tensor(1, 0.8, 0.64))


@pytest.mark.parametrize("name", ["greedy", "swallow"])
def test_a_callback_stops_at_ten_times_the_expected_count(call, name):
    grad = counted(lambda x: x, expect=2)
    with pytest.raises(AnswerError, match="more than ten times as often as needed") as caught:
        call(name, grad, tensor(1))
    assert caught.value.kind == "TooManyCalls"
    assert grad.count == 20


def test_a_stopped_callback_does_not_spoil_the_next_call(call):
    with pytest.raises(AnswerError, match="ten times"):
        call("greedy", counted(lambda x: x, expect=1), tensor(1))
    assert call("plain", tensor(1), lr=2).value.item() == 2


def test_ten_times_is_still_answered():
    grad = counted(lambda x: x, expect=2)
    local()("walk", grad, tensor(1), steps=20)
    assert grad.count == 20


def test_a_question_at_another_shape_never_reaches_the_objective(call):
    grad = counted(lambda x: pytest.fail("asked"), expect=3, like=torch.ones(2))
    with pytest.raises(AnswerError, match=r"asked at shape \(2,\), not at \(1,\)"):
        call("walk", grad, tensor(1), steps=1)
    with pytest.raises(AnswerError, match="a object"):
        call("wrong_ask", counted(lambda x: x, expect=3), tensor(1))


def test_an_objective_that_fails_on_odd_input_is_the_answers_error(call):
    grad = counted(lambda x: x @ torch.ones(3, dtype=F8), expect=3)
    with pytest.raises(AnswerError, match="the gradient"):
        call("walk", grad, tensor(1), steps=1)


def test_a_callback_that_was_kept_is_still_the_judges(call):
    grad = counted(lambda x: 3 * x, expect=1)
    call("keep", grad)
    assert call("late", tensor(1)).value.item() == 3
    assert grad.count == 1
    assert call("same_call", grad).value is grad


def test_a_generator_crosses_as_its_seed(call):
    want = torch.rand(3, generator=torch.Generator().manual_seed(7))
    assert torch.equal(call("draws", torch.Generator().manual_seed(7)).value, want)
    used = torch.Generator().manual_seed(7)
    torch.rand(1, generator=used)
    with pytest.raises(wire.WireError, match="fresh"):
        call("draws", used)


FORGED = [
    b"",
    b"garbage",
    pack({"ok": 1}),
    pack({"ok": 1, "args": 2, "kwargs": {}}),
    pack({"ok": 1, "args": [], "kwargs": {}, "score": 5}),
    pack({"error": 1, "message": "x"}),
    pack([1]),
    pack(None),
]


@pytest.mark.parametrize("reply", FORGED, ids=range(len(FORGED)))
def test_a_forged_reply_is_no_answer(reply):
    with pytest.raises(AnswerError) as caught:
        Call(lambda frame, ask: reply)("plain", 1)
    assert caught.value.kind == "WireError"


QUESTIONS = [
    b"garbage",
    pack({"callback": 99, "args": [], "kwargs": {}}),
    pack({"callback": 1, "args": 3, "kwargs": {}}),
    pack({"callback": True, "args": [], "kwargs": {}}),
    pack({"callback": None}),
    pack(["callback"]),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=range(len(QUESTIONS)))
def test_a_forged_question_is_refused_and_harms_nothing(question):
    def transport(frame, ask):
        assert "error" in unpack(ask(question))
        return pack({"ok": 1, "args": [], "kwargs": {}})

    assert Call(transport)("plain", 1).value == 1


def test_what_a_callback_remembers_is_bounded():
    call, big = Call(None), torch.zeros(2**21, dtype=F8)
    grad = counted(lambda x: 0.0, expect=100)

    def transport(frame, ask):
        question = pack({"callback": 1, "args": [big], "kwargs": {}})
        for _ in range(10):
            ask(question)
        return pack({"ok": 1, "args": [], "kwargs": {}})

    call.transport = transport
    with pytest.raises(AnswerError, match="more than ten times"):
        call("plain", grad)
    assert grad.count < 5


def test_a_message_that_claims_too_much_is_refused_before_it_is_read():
    class Stream:
        def read(self, n):
            assert n <= wire.MAX_FRAME
            return b".\xff\xff\xff\xff"[:n]

    with pytest.raises(wire.WireError, match="at most"):
        wire.receive(Stream())


def test_an_interrupt_is_not_swallowed():
    def pressed():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        local_call(pressed)("pressed")
    assert not issubclass(Stopped, Exception)


def test_wire_stands_alone():
    source = Path(wire.__file__).read_text(encoding="utf-8")
    assert "gradcourse" not in source and "from ." not in source


def test_reaches_sees_the_library_through_names_and_helpers():
    module = "gradcourse.methods.descent"
    space = {}
    exec(
        textwrap.dedent("""
        import gradcourse
        from gradcourse.methods.descent import gradient_step as gs
        def direct(x, g, *, lr): return gs(x, g, lr=lr)
        def helper(x): return direct(x, x, lr=1)
        def indirect(x): return [helper(y) for y in x]
        def inside(x):
            from gradcourse.methods import descent
            return descent.rate(x)
        def dotted(x): return gradcourse.methods.descent.rate(x)
        class Shell:
            def step(self, x): return gs(x, x, lr=1)
        def own(x, g, *, lr): return x - lr * g
        def recursive(n): return recursive(n - 1)
        """),
        space,
    )
    for name in ("direct", "helper", "indirect", "inside", "dotted", "Shell", "gs"):
        assert reaches(space[name], module), name
    for name in ("own", "recursive"):
        assert not reaches(space[name], module), name


def test_reaches_sees_a_module_that_is_a_package():
    from gradcourse.methods.multistage import floor

    assert floor.__module__ != "gradcourse.methods.multistage"
    assert reaches(floor, "gradcourse.methods.multistage")
    assert not reaches(floor, "gradcourse.methods.multi")


def test_nothing_warns_on_the_way():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert local()("plain", tensor(1), lr=1.0).value.item() == 1
