"""What crosses between judge and answer, and what does not."""

import struct
from collections import OrderedDict

import msgpack
import numpy as np
import pytest
import torch

from gradcourse import wire
from gradcourse.wire import Remote, WireError, pack, unpack


def equal(a, b):
    if isinstance(a, torch.Tensor):
        return type(b) is torch.Tensor and a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, (list, tuple)):
        pairs = zip(a, b, strict=True)
        return type(a) is type(b) and all(equal(x, y) for x, y in pairs)
    if isinstance(a, dict):
        return type(b) is dict and list(a) == list(b) and all(equal(a[k], b[k]) for k in a)
    return type(a) is type(b) and a == b


VALUES = [
    None, True, False, 0, -1, 2**63 - 1, -(2**63), 0.1, -0.0, float("inf"), "", "κ", [], (), {},
    [1, (2, [3.0])], {"a": (1,), "b": {"c": []}}, ["l", "x"], ("r", "callback", 1),
    torch.tensor(2.0, dtype=torch.float64), torch.empty(0, 3), torch.arange(6).reshape(2, 3),
    torch.tensor([True, False]), torch.ones(2, 2).half(), torch.ones(3, dtype=torch.int32),
    torch.arange(6.0).reshape(2, 3).T, torch.ones(1).expand(4), [torch.ones(2), torch.zeros(3)],
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda v: str(v)[:20])
def test_values_come_back_as_they_were(value):
    assert equal(value, unpack(pack(value)))


def test_nan_crosses():
    assert np.isnan(unpack(pack(float("nan"))))


def test_numpy_crosses_as_tensors():
    got = unpack(pack([np.arange(3.0), np.float32(0.5), np.int64(7), np.bool_(True)]))
    wanted = [torch.float64, torch.float32, torch.int64, torch.bool]
    assert [x.dtype for x in got] == wanted
    assert [tuple(x.shape) for x in got] == [(3,), (), (), ()]


def test_a_parameter_crosses_as_its_values():
    got = unpack(pack(torch.nn.Parameter(torch.ones(2))))
    assert type(got) is torch.Tensor and not got.requires_grad


def test_what_arrives_shares_no_memory():
    x = torch.zeros(3)
    unpack(pack(x))[0] = 1
    assert torch.equal(x, torch.zeros(3))


class Sly(torch.Tensor):
    def __eq__(self, other):
        return True


class SlyArray(np.ndarray):
    pass


class SlyFloat(float):
    pass


def nested(n):
    return [] if n == 0 else [nested(n - 1)]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (torch.ones(2).as_subclass(Sly), "Sly"),
        (np.ones(2).view(SlyArray), "SlyArray"),
        (SlyFloat(1), "SlyFloat"),
        (OrderedDict(), "OrderedDict"),
        (2**63, "64 bits"),
        (1j, "complex"),
        ({1: 2}, "key of type int"),
        (b"bytes", "bytes"),
        ({1, 2}, "set"),
        (len, "builtin_function"),
        (np.array(["a"]), "numpy value"),
        (np.array([None]), "numpy value"),
        (torch.ones(2, 2).to_sparse(), "sparse"),
        (torch.ones(2, dtype=torch.complex64), "complex64"),
        (torch.ones(2, dtype=torch.bfloat16), "bfloat16"),
        (nested(9), "deep"),
        (torch.ones(1).expand(2**24), "MiB"),
        (list(range(10**6)), "use a tensor"),
        ("\ud800", "Unicode"),
    ],
)
def test_other_things_are_refused_by_name(value, words):
    with pytest.raises(WireError, match=words):
        pack(value)


def test_a_value_that_holds_itself_is_refused():
    loop = []
    loop.append(loop)
    with pytest.raises(WireError, match="deep"):
        pack(loop)


def frame(tree, blob=b""):
    skeleton = msgpack.packb(tree)
    return struct.pack("<I", len(skeleton)) + skeleton + blob


def test_the_hand_made_frame_is_like_a_real_one():
    assert unpack(frame(["l", ["x", "f8", 1]], struct.pack("<d", 2.0)))[0].item() == 2.0


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\x01",
        b"\xff\xff\xff\xff",
        struct.pack("<I", 9) + b"\x01",
        frame(1) + b"x",  # bytes that belong to nothing
        frame(["x", "f8", 2], b"\0" * 15),
        frame(["x", "f8", 2], b"\0" * 17),
        frame(["x", "f8", -1]),
        frame(["x", "f8", 2.0], b"\0" * 16),
        frame(["x", "f8", True], b"\0" * 8),
        frame(["x", "f8", 2**62]),
        frame(["x", "f8", 0, 2**24, 2**24, 2**24]),
        frame(["x", "f8", *[1] * 17], b"\0" * 8),
        frame(["x", "O", 1], b"\0" * 8),
        frame(["x", ["f8"], 1], b"\0" * 8),
        frame(["x"]),
        frame([]),
        frame([["l"], 1]),
        frame(["q", 1]),
        frame([1, 2]),
        frame(["r", "callback", "1"]),
        frame(["r", "file", 1]),
        frame(["r", "callback", True]),
        frame({1: 2}),
        frame(b"bytes"),
        frame(2**63),
        frame(msgpack.ExtType(1, b"x")),
        frame(msgpack.Timestamp(0)),
        struct.pack("<I", 500_000) + b"\x91" * 500_000,  # half a million lists in one another
        struct.pack("<I", 5) + b"\xdd\xff\xff\xff\xff",  # a list that claims 4 billion items
        frame(["l", ["l", ["l", ["l", ["l", ["l", ["l", ["l", ["l", ["l"]]]]]]]]]]),
    ],
    ids=range(31),
)
def test_bytes_that_are_no_frame_are_refused_in_one_line(bad):
    with pytest.raises(WireError) as caught:
        unpack(bad)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 200


def test_random_damage_is_refused_or_read_never_worse():
    good = pack({"ok": [torch.ones(3), (1, "a")], "args": [], "kwargs": {"b": None}})
    flips = np.random.default_rng(0)
    for _ in range(2000):
        bad = bytearray(good)
        bad[flips.integers(len(bad))] = flips.integers(256)
        try:
            unpack(bytes(bad))
        except WireError:
            pass


def test_sizes_are_bounded_before_memory_is_taken():
    with pytest.raises(WireError, match="at most"):
        unpack(b"\0" * (wire.MAX_FRAME + 1))
    crowd = msgpack.packb(["l"] + [["l"]] * 600_000)
    with pytest.raises(WireError, match="does not fit"):
        unpack(struct.pack("<I", len(crowd)) + crowd)


def test_a_truth_value_is_made_of_any_byte():
    got = unpack(frame(["x", "b1", 2], b"\x02\x00"))
    assert got.tolist() == [True, False] and int(got.sum()) == 1


def test_references_go_through_the_given_hands():
    own = object()
    sent = pack([own], {id(own): Remote("handle", 3)})
    assert unpack(sent) == [Remote("handle", 3)]
    assert unpack(sent, lambda remote: remote.id) == [3]
