"""How a check reaches an answer: plain values cross, the objective stays with the judge.

    call = local_call(gradient_step)
    reply = call("gradient_step", x, g, lr=0.1)
    reply.value                  what the answer returned
    reply.args, reply.kwargs     the arguments as they are after the call
    call.raises("gradient_step", x, g, lr=-1.0)      ("ValueError", "lr must be > 0, ...") or None
    call.grad("loss", x, y, wrt=0)                   gradient of the summed result
    adam = call.new("Adam", lr=0.1); adam.step(g)    an object that stays on its side
    grad = counted(bowl.grad, expect=10); call("heavy_ball", grad, x0, ...); grad.count

The answer may be in this process (a notebook) or behind two pipes (a sandbox): the same frames
cross, so a check cannot tell. Replies come from a stranger; only their decoded values are used.
"""

import itertools
from collections.abc import Callable
from types import FunctionType
from typing import Any, NamedTuple

import torch

from ..wire import Answers, Ask, Remote, WireError, pack, unpack
from .compare import clean, tell

MAX_ASKED = 64 * 2**20  # bytes a call-back keeps of what it was asked


class AnswerError(Exception):
    """The answer raised, could not be sent, or is not there.

    Attributes:
        kind: name of the exception's class; also "NotDefined", "TooManyCalls", "WireError".
        message: its text, cut and cleaned.
        tried: the call that led to it, in words.
    """

    def __init__(self, kind: str, message: str, tried: str = ""):
        self.kind = "".join(c for c in kind if c.isalnum() or c == "_")[:40] or "Exception"
        self.message, self.tried = clean(message), tried
        super().__init__(f"{self.kind}: {self.message}")

    @property
    def missing(self) -> bool:
        """True when the answer has not been written yet."""
        return self.kind in ("NotImplementedError", "NotDefined")


class Reply(NamedTuple):
    """What came back from one call."""

    value: Any  # what the answer returned
    args: tuple  # the positional arguments as they are after the call
    kwargs: dict  # the named arguments as they are after the call


class Callback:
    """A function that the judge holds and counts; make one with `counted`.

    Attributes:
        count: how often the answer asked.
        asked: the arguments of each question, as tuples, in order.
        stopped: True once the answer asked too often.
    """

    def __init__(self, fn: Callable, expect: int, what: str, like: torch.Tensor | None):
        self.fn, self.expect, self.what, self.like = fn, expect, what, like
        self.label = what.removeprefix("the ")  # what a card calls it in a list of arguments
        self.count, self.asked, self.kept = 0, [], 0
        self.stopped = False
        self.refused = False  # in the present call

    @property
    def complaint(self) -> str:
        """The cause a learner is told when the call-back had to stop."""
        return f"asked {self.what} more than ten times as often as needed"

    def answer(self, question: dict, size: int) -> bytes:
        """Answer one question of `size` bytes, or say why not."""
        self.kept += size
        if self.stopped or self.count >= 10 * self.expect or self.kept > MAX_ASKED:
            self.stopped = self.refused = True
            return _refuse("TooManyCalls", self.complaint)
        args, kwargs = tuple(question["args"]), question["kwargs"]
        self.count += 1
        self.asked.append((*args, *kwargs.values()))
        odd = self._odd(self.asked[-1])
        if odd:
            return _refuse("ValueError", odd)
        try:
            return pack({"ok": self.fn(*args, **kwargs)})
        except Exception as error:  # the arguments are a stranger's
            return _refuse(type(error).__name__, f"{self.what}: {error}")

    def _odd(self, args: tuple) -> str:
        """Say what is wrong with the place that was asked about, if `like` tells."""
        if self.like is None:
            return ""
        want, got = tuple(self.like.shape), args[0] if args else None
        if type(got) is not torch.Tensor:
            return f"{self.what} is asked at a tensor, not at a {type(got).__name__}"
        if tuple(got.shape) != want:
            return f"{self.what} is asked at shape {want}, not at {tuple(got.shape)}"
        return "" if got.is_floating_point() else f"{self.what} is asked at decimals"


def counted(
    fn: Callable, *, expect: int, what: str = "the gradient", like: torch.Tensor | None = None
) -> Callback:
    """Hold a function on the judge's side and count how often the answer asks it.

    It stops at ten times `expect`; the check then fails with the call-back's `complaint`.

    Args:
        fn: called with what the answer sends; plain values and tensors.
        expect: how often a right answer asks it, at least 1.
        what: the word for it in the card.
        like: a tensor; questions at another shape are refused before `fn` sees them.
    """
    if expect < 1:
        raise ValueError(f"expect must be >= 1, got {expect}")
    return Callback(fn, expect, what, like)


class Handle:
    """An object on the answer's side: call its methods, read its values with `get`."""

    def __init__(self, call: "Call", number: int, name: str):
        self._call, self._number, self._name, self.label = call, number, name, name

    def __getattr__(self, name: str) -> Callable[..., Reply]:
        if name.startswith("__"):
            raise AttributeError(name)

        def method(*args, **kwargs) -> Reply:
            request = {"op": "method", "id": self._number, "name": name}
            return self._call._ask(request, args, kwargs, f"{self._name}.{name}")

        return method

    def get(self, name: str) -> Any:
        """Read one attribute's value."""
        request = {"op": "get", "id": self._number, "name": name}
        return self._call._ask(request, (), {}, f"{self._name}.{name}").value


class Call:
    """Asks an answer over any transport.

    Args:
        transport: takes a frame and a function that answers call-backs; returns a frame.
    """

    def __init__(self, transport: Callable[[bytes, Ask], bytes]):
        self.transport = transport
        self.held: dict[int, Any] = {}  # call-backs and handles by number
        self.numbers = itertools.count(1)

    def __call__(self, name: str, /, *args, **kwargs) -> Reply:
        """Call a function by name.

        Raises:
            AnswerError: it raised, is missing, or gave what cannot be sent.
        """
        return self._ask({"op": "call", "name": name}, args, kwargs, name)

    def raises(self, name: str, /, *args, **kwargs) -> tuple[str, str] | None:
        """Call a function that should refuse: its exception's name and text, or None.

        Raises:
            AnswerError: it is not written yet, or had to be stopped.
        """
        try:
            self(name, *args, **kwargs)
        except AnswerError as error:
            if error.missing or error.kind in ("TooManyCalls", "WireError"):
                raise
            return error.kind, error.message
        return None

    def grad(self, name: str, /, *args, wrt: int | str = 0, **kwargs) -> torch.Tensor:
        """Differentiate the summed result with respect to one argument, by autograd."""
        request = {"op": "grad", "name": name, "wrt": wrt}
        return self._ask(request, args, kwargs, f"the gradient of {name}").value

    def new(self, name: str, /, *args, **kwargs) -> Handle:
        """Make an object that stays on the answer's side."""
        handle = Handle(self, next(self.numbers), name)
        self.held[handle._number] = handle
        self._ask({"op": "new", "name": name, "id": handle._number}, args, kwargs, name)
        return handle

    def forget(self) -> None:
        """Let go of call-backs and handles: another check begins."""
        self.held.clear()

    def _ask(self, request: dict, args: tuple, kwargs: dict, what: str) -> Reply:
        refs: dict[int, Remote] = {}
        sent = [*args, *kwargs.values()]
        self._hold(sent, refs)
        frame = pack({**request, "args": list(args), "kwargs": kwargs}, refs)
        tried = tell(what, *args, **kwargs) if request["op"] != "get" else what
        for obj in self.held.values():
            if isinstance(obj, Callback):
                obj.refused = False
        reply = self._open(self.transport(frame, self._answer), tried)
        for obj in self.held.values():
            if isinstance(obj, Callback) and obj.refused:
                raise AnswerError("TooManyCalls", obj.complaint, tried)
        if "error" in reply:
            raise AnswerError(reply["error"], reply["message"], tried)
        return Reply(reply["ok"], tuple(reply["args"]), reply["kwargs"])

    def _hold(self, sent: list, refs: dict[int, Remote]) -> None:
        """Give a number to everything that stays here, however deep it is nested."""
        for obj in sent:
            if type(obj) in (list, tuple, dict):
                self._hold(list(obj.values()) if type(obj) is dict else list(obj), refs)
            elif isinstance(obj, Handle):
                refs[id(obj)] = Remote("handle", obj._number)
            elif isinstance(obj, torch.Generator):
                refs[id(obj)] = Remote("generator", _seed(obj))
            elif isinstance(obj, Callback):
                known = [n for n, held in self.held.items() if held is obj]
                number = known[0] if known else next(self.numbers)
                self.held[number] = obj
                refs[id(obj)] = Remote("callback", number)

    def _answer(self, frame: bytes) -> bytes:
        """Answer one question from the other side."""
        try:
            question = unpack(frame, self._resolve)
        except WireError as error:
            return _refuse("ValueError", f"your function asked with {error}")
        match question:
            case {"callback": int(number), "args": list(), "kwargs": dict(), **rest} if not rest:
                callback = self.held.get(number)
                if isinstance(callback, Callback):
                    return callback.answer(question, len(frame))
        return _refuse("ValueError", "no such call-back")

    def _open(self, frame: bytes, tried: str) -> dict:
        """Decode a reply and insist on its form."""
        try:
            reply = unpack(frame, self._resolve)
        except WireError as error:
            raise AnswerError("WireError", f"your answer sent {error}", tried) from None
        match reply:
            case {"ok": _, "args": list(), "kwargs": dict(), **rest} if not rest:
                return reply
            case {"error": str(), "message": str(), **rest} if not rest:
                return reply
        raise AnswerError("WireError", "your answer sent no reply", tried)

    def _resolve(self, remote: Remote) -> Any:
        return self.held.get(remote.id, remote) if remote.kind != "generator" else remote


def local_call(*functions: Callable, **namespace: Any) -> Call:
    """Make a `call` on functions of this process, through the same frames."""
    named = {fn.__name__: fn for fn in functions}
    return Call(Answers(named | namespace).handle)


def reaches(fn: Any, module: str) -> bool:
    """Tell whether a function uses a module, itself or through functions beside it.

    It reads names, it is no proof: good enough to remind an honest learner.
    """
    seen: set[int] = set()

    def of_ours(value: Any) -> bool:
        names = (str(getattr(value, key, "")) for key in ("__module__", "__name__"))
        return any(name == module or name.startswith(f"{module}.") for name in names)

    def look(value: Any) -> bool:
        if id(value) in seen:
            return False
        seen.add(id(value))
        if of_ours(value):
            return True
        if isinstance(value, type):
            return any(look(part) for part in vars(value).values())
        if not isinstance(value, FunctionType):
            return False
        cells = [cell.cell_contents for cell in value.__closure__ or () if _filled(cell)]
        names = set(_names(value.__code__))
        if module in names or {*module.split(".")} <= names:
            return True
        near = [value.__globals__[name] for name in names if name in value.__globals__]
        return any(look(part) for part in [*cells, *near])

    return look(fn)


def _names(code: Any) -> list[str]:
    """List the names a code object uses, with those of the code inside it."""
    inner = [part for part in code.co_consts if hasattr(part, "co_names")]
    dotted = [part for name in code.co_names for part in (name, *name.split("."))]
    return dotted + [name for part in inner for name in _names(part)]


def _filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _seed(generator: torch.Generator) -> int:
    seed = generator.initial_seed()
    fresh = torch.Generator().manual_seed(seed)
    if not torch.equal(fresh.get_state(), generator.get_state()):
        raise WireError("a generator crosses as its seed: pass a fresh one")
    return seed


def _refuse(kind: str, message: str) -> bytes:
    return pack({"error": kind, "message": clean(message)})
