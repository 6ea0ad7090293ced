"""The encoding between a judge and an answer: plain values cross, nothing runs.

A frame is four bytes of length, a msgpack skeleton of that length, and the raw bytes of the
tensors the skeleton names, in order. Containers carry a tag, so that a list and a tuple arrive
as what they were. The judge decodes what a stranger sent, so every size is bounded before
memory is taken: the frame, the skeleton, the depth, and each tensor's bytes against its shape.

The same `Answers` runs in a notebook (called directly) and in a sandbox (over two pipes, with
this file copied beside the worker): it imports the standard library, torch and msgpack only.
"""

import math
import struct
from collections.abc import Callable
from typing import Any, NamedTuple

import msgpack
import torch

MAX_FRAME = 32 * 2**20  # bytes
MAX_SKELETON = 2**20  # bytes: everything but the tensors' numbers
MAX_DEPTH = 8
DTYPES = {
    "f2": torch.float16,
    "f4": torch.float32,
    "f8": torch.float64,
    "i4": torch.int32,
    "i8": torch.int64,
    "b1": torch.bool,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


class WireError(ValueError):
    """A value that may not cross, or bytes that are no frame."""


class Remote(NamedTuple):
    """Stands in a frame for what stays on its own side."""

    kind: str  # callback, handle or generator
    id: int  # its number; for a generator, its seed


class Stopped(BaseException):
    """Ends an answer from outside; not an Exception, so that `except Exception` lets it pass."""


KINDS = ("callback", "handle", "generator")


def pack(obj: Any, refs: dict[int, Remote] | None = None) -> bytes:
    """Encode plain values as one frame.

    Args:
        obj: None, bool, int, float, str, list, tuple, dict with str keys, dense CPU tensor,
            numpy array; numpy scalars cross as tensors of shape ().
        refs: objects that stay here, by `id(obj)`; their `Remote` crosses in their place.

    Raises:
        WireError: another type, too deep, or too large.
    """
    blobs: list[bytes] = []
    try:
        skeleton = msgpack.packb(_encode(obj, blobs, refs or {}, 0), use_bin_type=True)
    except (ValueError, OverflowError) as error:
        if isinstance(error, WireError):
            raise
        raise WireError(f"text that is not Unicode: {error}") from None
    if len(skeleton) > MAX_SKELETON:
        raise WireError("too many single numbers or too long a text: use a tensor")
    if 4 + len(skeleton) + sum(map(len, blobs)) > MAX_FRAME:
        raise WireError(f"larger than {MAX_FRAME // 2**20} MiB")
    return b"".join([struct.pack("<I", len(skeleton)), skeleton, *blobs])


def unpack(frame: bytes, resolve: Callable[[Remote], Any] | None = None) -> Any:
    """Decode one frame; the inverse of `pack`.

    Raises:
        WireError: anything but a frame that `pack` could have made.
    """
    if len(frame) > MAX_FRAME:
        raise WireError(f"frame of {len(frame)} bytes, at most {MAX_FRAME} are taken")
    if len(frame) < 4:
        raise WireError(f"frame of {len(frame)} bytes is cut short")
    size = struct.unpack_from("<I", frame)[0]
    if size > min(MAX_SKELETON, len(frame) - 4):
        raise WireError(f"skeleton of {size} bytes does not fit its frame")
    try:
        tree = msgpack.unpackb(frame[4 : 4 + size], raw=False, strict_map_key=True)
    except Exception as error:  # msgpack has its own tree of exceptions
        raise WireError(f"no msgpack: {type(error).__name__}") from None
    reader = _Reader(memoryview(frame)[4 + size :], resolve or (lambda remote: remote))
    value = reader.decode(tree, 0)
    if reader.at != len(reader.blob):
        raise WireError(f"{len(reader.blob) - reader.at} bytes belong to no tensor")
    return value


def _encode(obj: Any, blobs: list[bytes], refs: dict[int, Remote], depth: int) -> Any:
    """Turn a value into its skeleton; tensors' bytes go to `blobs`."""
    if depth > MAX_DEPTH:
        raise WireError(f"nested more than {MAX_DEPTH} deep")
    kind = type(obj)
    if id(obj) in refs:
        return ["r", *refs[id(obj)]]
    if obj is None or kind in (bool, float, str):
        return obj
    if kind is int:
        if not -(2**63) <= obj < 2**63:
            raise WireError("a whole number of more than 64 bits")
        return obj
    if kind in (list, tuple):
        return [kind.__name__[0], *(_encode(item, blobs, refs, depth + 1) for item in obj)]
    if kind is dict:
        for key in obj:
            if type(key) is not str:
                raise WireError(f"a dict with a key of type {type(key).__name__}, not str")
        return {key: _encode(value, blobs, refs, depth + 1) for key, value in obj.items()}
    if kind is Remote:
        return ["r", obj.kind, obj.id]
    return _encode_tensor(_as_tensor(obj), blobs)


def _as_tensor(obj: Any) -> torch.Tensor:
    """Take a tensor or what numpy made, and nothing that only looks like one."""
    kind = type(obj)
    if kind in (torch.Tensor, torch.nn.Parameter):
        return obj.detach()
    if kind.__module__ == "numpy" and (kind.__name__ == "ndarray" or hasattr(obj, "dtype")):
        try:
            return torch.as_tensor(obj)
        except (TypeError, ValueError):
            raise WireError(f"a numpy value of type {obj.dtype}") from None
    raise WireError(f"a {kind.__name__}, which is neither a tensor nor a plain value")


def _encode_tensor(x: torch.Tensor, blobs: list[bytes]) -> list:
    if x.layout is not torch.strided:
        raise WireError("a sparse tensor: use .to_dense()")
    if x.device.type != "cpu":
        raise WireError(f"a tensor on {x.device.type}: use .cpu()")
    if x.dtype not in NAMES:
        raise WireError(f"a tensor of {str(x.dtype).removeprefix('torch.')}")
    if x.numel() * x.element_size() > MAX_FRAME:  # an expanded view may be larger than memory
        raise WireError(f"larger than {MAX_FRAME // 2**20} MiB")
    blobs.append(x.resolve_neg().contiguous().numpy().tobytes())
    return ["x", NAMES[x.dtype], *x.shape]


class _Reader:
    """Walks a skeleton and takes each tensor's bytes from the rest of the frame."""

    def __init__(self, blob: memoryview, resolve: Callable[[Remote], Any]):
        self.blob, self.resolve, self.at = blob, resolve, 0

    def decode(self, tree: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} deep")
        if tree is None or type(tree) in (bool, float, str):
            return tree
        if type(tree) is int and -(2**63) <= tree < 2**63:
            return tree
        if type(tree) is dict and all(type(key) is str for key in tree):
            return {key: self.decode(value, depth + 1) for key, value in tree.items()}
        if type(tree) is not list or not tree:
            raise WireError(f"a {type(tree).__name__} that no value is written as")
        tag, *rest = tree
        if tag in ("l", "t") and type(tag) is str:
            items = [self.decode(item, depth + 1) for item in rest]
            return items if tag == "l" else tuple(items)
        if tag == "x":
            return self.tensor(rest)
        if tag == "r" and len(rest) == 2 and rest[0] in KINDS and type(rest[1]) is int:
            return self.resolve(Remote(*rest))
        raise WireError("an unknown tag")

    def tensor(self, header: list) -> torch.Tensor:
        name, *shape = header or [None]
        if type(name) is not str or name not in DTYPES:
            raise WireError("a tensor of unknown type")
        if len(shape) > 16 or not all(type(n) is int and 0 <= n <= MAX_FRAME for n in shape):
            raise WireError("a tensor of impossible shape")
        dtype = DTYPES[name]
        size = math.prod(shape) * dtype.itemsize
        data = bytearray(self.blob[self.at : self.at + size])
        if len(data) != size:
            raise WireError(f"a tensor of {size} bytes with {len(data)} bytes left")
        self.at += size
        if not size:
            if math.prod(n or 1 for n in shape) > MAX_FRAME:
                raise WireError("a tensor of impossible shape")
            return torch.empty(shape, dtype=dtype)
        if dtype is torch.bool:  # a byte of 2 is neither true nor false
            return (torch.frombuffer(data, dtype=torch.uint8) != 0).reshape(shape)
        return torch.frombuffer(data, dtype=dtype).reshape(shape)


# ---------------------------------------------------------------- the answer's side


Ask = Callable[[bytes], bytes]


class Answers:
    """Runs what a learner defined, one frame in, one frame out.

    Args:
        namespace: what the learner defined, by name.
    """

    def __init__(self, namespace: dict[str, Any]):
        self.namespace = namespace
        self.handles: dict[int, Any] = {}
        self.ask: Ask | None = None

    def handle(self, frame: bytes, ask: Ask) -> bytes:
        """Do what one request asks; whatever the learner's code raises becomes the reply."""
        self.ask, self.refs, self.keep = ask, {}, []
        try:
            request = unpack(frame, self._resolve)
            reply = getattr(self, f"_{request['op']}")(request)
            return self._reply(reply, request)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return _error_frame(error)
        finally:
            self.ask = None

    def _reply(self, value: Any, request: dict) -> bytes:
        self.refs |= {id(obj): Remote("handle", n) for n, obj in self.handles.items()}
        after = {"args": request.get("args", []), "kwargs": request.get("kwargs", {})}
        try:
            pack(value, self.refs)
        except WireError as error:
            raise WireError(f"your answer gave {error}") from None
        return pack({"ok": value, **after}, self.refs)

    def _call(self, request: dict) -> Any:
        return self._named(request["name"])(*request["args"], **request["kwargs"])

    def _new(self, request: dict) -> Any:
        self.handles[request["id"]] = self._call(request)
        return Remote("handle", request["id"])

    def _method(self, request: dict) -> Any:
        owner = self.handles[request["id"]]
        return getattr(owner, request["name"])(*request["args"], **request["kwargs"])

    def _get(self, request: dict) -> Any:
        return getattr(self.handles[request["id"]], request["name"])

    def _grad(self, request: dict) -> Any:
        """Gradient of the summed output with respect to one argument."""
        wrt, args, kwargs = request["wrt"], list(request["args"]), dict(request["kwargs"])
        place = kwargs if type(wrt) is str else args
        x = place[wrt] = place[wrt].clone().requires_grad_()
        with torch.enable_grad():
            out = self._named(request["name"])(*args, **kwargs)
            if not (isinstance(out, torch.Tensor) and out.requires_grad):
                raise ValueError("the result does not remember how it was computed")
            (gradient,) = torch.autograd.grad(out.sum(), x, allow_unused=True)
        if gradient is None:
            raise ValueError("the result does not depend on the argument")
        return gradient

    def _named(self, name: str) -> Callable:
        if name not in self.namespace:
            raise _NotDefined(f"{name} is not defined")
        if not callable(self.namespace[name]):
            raise TypeError(f"{name} is a {type(self.namespace[name]).__name__}, not a function")
        return self.namespace[name]

    def _resolve(self, remote: Remote) -> Any:
        """Give the answer the object that a `Remote` stands for."""
        if remote.kind == "handle":
            return self.handles[remote.id]
        if remote.kind == "generator":
            obj = torch.Generator().manual_seed(remote.id)
        else:
            obj = self._oracle(remote.id)
        self.refs[id(obj)] = remote
        self.keep.append(obj)  # an id is only good while its object lives
        return obj

    def _oracle(self, number: int) -> Callable:
        def oracle(*args, **kwargs):
            if self.ask is None:
                raise RuntimeError("asked after the call had ended")
            question = {"callback": number, "args": list(args), "kwargs": kwargs}
            reply = unpack(self.ask(pack(question, self.refs)))
            if "ok" in reply:
                return reply["ok"]
            if reply["error"] == "TooManyCalls":
                raise Stopped(reply["message"])
            raise {"TypeError": TypeError, "ValueError": ValueError}.get(
                reply["error"], RuntimeError
            )(reply["message"])

        return oracle


class _NotDefined(Exception):
    """The namespace holds no such name."""


def _error_frame(error: BaseException) -> bytes:
    """Say which exception ended the answer, whatever its class does to hide it."""
    known = {_NotDefined: "NotDefined", Stopped: "TooManyCalls"}
    kind = known.get(type(error), type(error).__name__)
    try:
        message = str(error)
        return pack({"error": str(kind)[:80], "message": message[:2000]})
    except Exception:
        return pack({"error": "Exception", "message": "an error that cannot be shown"})


# ---------------------------------------------------------------- over two pipes

REQUEST, QUESTION, REPLY = b"R", b"?", b"."


def send(stream: Any, kind: bytes, frame: bytes) -> None:
    """Write one message: a letter, the length, the frame."""
    stream.write(kind + struct.pack("<I", len(frame)) + frame)
    stream.flush()


def receive(stream: Any) -> tuple[bytes, bytes]:
    """Read one message; never more than `MAX_FRAME` bytes.

    Raises:
        WireError: too long, or cut short.
        EOFError: the other side is gone.
    """
    head = stream.read(5)
    if not head:
        raise EOFError("the other side ended")
    if len(head) < 5:
        raise WireError("a message cut short")
    size = struct.unpack("<I", head[1:])[0]
    if size > MAX_FRAME:
        raise WireError(f"a message of {size} bytes, at most {MAX_FRAME} are taken")
    frame = stream.read(size)
    if len(frame) != size:
        raise WireError("a message cut short")
    return head[:1], frame


def serve(answers: Answers, incoming: Any, outgoing: Any) -> None:
    """Answer requests from one pipe on another until the judge hangs up."""

    def ask(question: bytes) -> bytes:
        send(outgoing, QUESTION, question)
        return receive(incoming)[1]

    while True:
        try:
            _, frame = receive(incoming)
        except EOFError:
            return
        send(outgoing, REPLY, answers.handle(frame, ask))


def over_pipes(incoming: Any, outgoing: Any) -> Callable[[bytes, Ask], bytes]:
    """Make the judge's end of `serve`: a transport for `Call`."""

    def exchange(frame: bytes, answer: Ask) -> bytes:
        send(outgoing, REQUEST, frame)
        while True:
            kind, message = receive(incoming)
            if kind == REPLY:
                return message
            if kind != QUESTION:
                raise WireError("a message of unknown kind")
            send(outgoing, REPLY, answer(message))

    return exchange
