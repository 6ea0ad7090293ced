"""Comparing what an answer gave with what it should have given.

Every comparison returns None when all is well, or the `Failure` that the card shows, so that
a check reads `return same(...) or untouched(...)`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

Tensor = torch.Tensor
SHORT = 200  # letters in one field of a card
FLOAT32 = 1e-5  # relative tolerance for an answer in single precision


def clean(text: str, limit: int = SHORT) -> str:
    """Bring a stranger's text to one short line of printable letters."""
    text = "".join(c if c.isprintable() else " " for c in text[: 20 * limit])
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


@dataclass(frozen=True)
class Failure:
    """Why a check did not pass, in short strings."""

    tried: str = ""  # the call, as one would type it
    expected: str = ""
    got: str = ""
    cause: str = ""  # the likely mistake, one sentence
    hint: int | None = None  # which hint helps: 1, 2 or 3; None: the check's own

    def __post_init__(self):
        for field in ("tried", "expected", "got", "cause"):
            object.__setattr__(self, field, clean(str(getattr(self, field))))


# ---------------------------------------------------------------- values in words


def short(value: Any, digits: int = 4) -> str:
    """Show a value in a few letters: 0.1 + 0.2 is 0.3, a long tensor is `tensor 3×4`."""
    if isinstance(value, Tensor) and value.ndim:
        if value.numel() > 6:
            return "tensor " + "×".join(map(str, value.shape))
        return _nested(value.tolist(), digits)
    if isinstance(value, Tensor):
        value = value.item()
    if type(value) in (list, tuple):
        left, right = "[]" if type(value) is list else "()"
        inner = ", ".join(short(item, digits) for item in value[:6])
        more = ", …" if len(value) > 6 else "," if right == ")" and len(value) == 1 else ""
        return left + inner + more + right
    if type(value) is dict:
        inner = [f"{clean(k, 60)}: {short(v, digits)}" for k, v in list(value.items())[:6]]
        return "{" + ", ".join(inner + ["…"] * (len(value) > 6)) + "}"
    if type(value) is float:
        return _number(value, digits)
    if isinstance(value, (bool, int, str, type(None))):
        return clean(repr(value), 60)
    return getattr(value, "__dict__", {}).get("label", type(value).__name__)


def _number(value: float, digits: int) -> str:
    text = f"{value:.{digits}g}"
    return f"{value:.1f}" if text.lstrip("-").isdigit() and abs(value) < 1e6 else text


def _nested(value: Any, digits: int) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_nested(item, digits) for item in value) + "]"
    return short(value, digits)


def tell(name: str, /, *args, **kwargs) -> str:
    """Write a call in words: `gradient_step(2.0, 3.0, lr=0.1)`."""
    named = [f"{key}={short(value)}" for key, value in kwargs.items()]
    return f"{name}({', '.join([*map(short, args), *named])})"


def _pair(want: Any, got: Any) -> tuple[str, str]:
    """Show two values with as many digits as it takes to tell them apart."""
    for digits in (4, 7, 10, 13, 17):
        texts = short(want, digits), short(got, digits)
        if texts[0] != texts[1]:
            break
    return texts


# ---------------------------------------------------------------- comparisons


Cause = tuple[Any, str]


def same(
    got: Any,
    want: Any,
    *,
    tried: str,
    causes: Sequence[Cause] = (),
    hint: int | None = None,
    rtol: float = 1e-9,
    atol: float = 1e-12,
    otherwise: str = "the numbers differ from what the formula gives",
) -> Failure | None:
    """Compare an answer's value with the right one.

    Args:
        got: the value that came back.
        want: the right value: a tensor, number, bool, str, None, or a tuple, list, dict of them.
        tried: the call, in words (`tell` writes it).
        causes: pairs (wrong value, sentence); the first wrong value that matches names the
            mistake. A callable in place of the value is asked with `got`.
        hint: which hint the card points at.
        rtol: relative tolerance, of the largest number in `want`; single precision gets 1e-5.
        atol: absolute tolerance.
        otherwise: the sentence when no cause matches and type and shape are right.

    Returns:
        None, or a failure. Shapes must be equal; NaN equals nothing unless `want` has it.
    """
    if close(got, want, rtol=rtol, atol=atol):
        return None
    named = next((text for wrong, text in causes if _matches(got, wrong, want, rtol, atol)), None)
    odd = misfit(got, want)
    expected, shown = (_form(want), _form(got)) if odd else _worst(want, got)
    return Failure(tried, expected, shown, named or odd or otherwise, hint)


def close(got: Any, want: Any, *, rtol: float = 1e-9, atol: float = 1e-12) -> bool:
    """Tell whether two values are equal in type, shape and, within tolerance, number."""
    if misfit(got, want):
        return False
    if type(want) in (tuple, list):
        return all(close(a, b, rtol=rtol, atol=atol) for a, b in zip(got, want, strict=True))
    if type(want) is dict:
        return all(close(got[key], want[key], rtol=rtol, atol=atol) for key in want)
    if type(want) in (str, bool, type(None)):
        return got == want
    a, b = _tensor(got), _tensor(want)
    if not b.is_floating_point() and not a.is_floating_point():
        return torch.equal(a.to(b.dtype), b)
    if a.dtype is torch.float32 and type(got) is Tensor:
        rtol = max(rtol, FLOAT32)
    a, b = a.double(), b.double()
    finite = b[b.isfinite()].abs()
    size = finite.max().item() if finite.numel() else 0.0
    return torch.allclose(a, b, rtol=0.0, atol=atol + rtol * size, equal_nan=True)


def close_number(got: Any, want: float, *, tried: str, **options) -> Failure | None:
    """Compare one number; the options are those of `same`."""
    return same(got, float(want), tried=tried, **options)


def require(
    holds: Any,
    *,
    tried: str,
    expected: str,
    got: str,
    cause: str,
    hint: int | None = None,
) -> Failure | None:
    """Fail with these words unless the condition holds."""
    return None if bool(holds) else Failure(tried, expected, got, cause, hint)


def untouched(
    reply: Any,
    *before: Any,
    tried: str,
    cause: str = "your function changed its input; the caller's copy moved too",
    hint: int | None = None,
) -> Failure | None:
    """Fail when an argument is not after the call what it was before.

    Args:
        reply: the `Reply` of the call.
        before: the positional arguments as they were sent, as many as are to be looked at.
        tried: the call, in words.
        cause: the sentence.
        hint: which hint the card points at.
    """
    for was, now in zip(before, reply.args, strict=False):
        if isinstance(was, Tensor) and not (close(now, was, rtol=0.0, atol=0.0)):
            expected, got = _worst(was, now) if not misfit(now, was) else _pair(was, now)
            return Failure(tried, f"input still {expected}", f"input is {got}", cause, hint)
    return None


def refuses(
    call: Callable,
    name: str,
    *args,
    mentions: Sequence[str] = (),
    kind: str = "ValueError",
    cause: str,
    hint: int | None = None,
    **kwargs,
) -> Failure | None:
    """Fail unless the answer refuses these arguments by the right exception and words."""
    tried, words = tell(name, *args, **kwargs), " and ".join(mentions)
    expected = f"{kind} that names {words}" if mentions else kind
    raised = call.raises(name, *args, **kwargs)
    if raised is None:
        return Failure(tried, expected, "no error", cause, hint)
    if raised[0] != kind or not all(word in raised[1] for word in mentions):
        return Failure(tried, expected, f"{raised[0]}: {raised[1]}", cause, hint)
    return None


def misfit(got: Any, want: Any) -> str:
    """Say how the form of a value is wrong (type, length, shape), or nothing."""
    if got is None and want is not None:
        return "nothing came back: is there a return?"
    if type(want) in (tuple, list):
        if type(got) not in (tuple, list):
            return f"{len(want)} values are wanted, {_kind(got)} came back"
        if len(got) != len(want):
            return f"{len(want)} values are wanted, {len(got)} came back"
        return next((odd for a, b in zip(got, want, strict=True) if (odd := misfit(a, b))), "")
    if type(want) is dict:
        if type(got) is not dict or set(got) != set(want):
            return f"a dict with the keys {', '.join(want)} is wanted"
        return next((odd for key in want if (odd := misfit(got[key], want[key]))), "")
    if type(want) in (str, bool, type(None)):
        return "" if type(got) is type(want) else f"{_kind(want)} is wanted, not {_kind(got)}"
    return _misfit_numbers(got, want)


def _misfit_numbers(got: Any, want: Any) -> str:
    single = not (isinstance(want, Tensor) and want.ndim)
    wanted = "one number" if single else f"a tensor of shape {tuple(want.shape)}"
    if type(got) not in (int, float, Tensor) or (not single and type(got) is not Tensor):
        return f"{wanted} is wanted, {_kind(got)} came back"
    a, b = _tensor(got), _tensor(want)
    if tuple(a.shape) != tuple(b.shape):
        shape = "one number" if not a.ndim else f"shape {tuple(a.shape)}"
        return f"{wanted} is wanted, {shape} came back"
    if (a.dtype is torch.bool) != (b.dtype is torch.bool):
        return f"{'truth values' if b.dtype is torch.bool else 'numbers'} are wanted"
    if a.dtype is torch.float16:
        return "half precision is too coarse here: use float64"
    whole = type(want) is int or not b.is_floating_point()
    if not whole and type(got) is Tensor and not a.is_floating_point():
        return "decimals are wanted, whole numbers came back"
    if not b.is_floating_point() and a.is_floating_point():
        return "whole numbers are wanted, decimals came back"
    return ""


def _tensor(value: Any) -> Tensor:
    return value if type(value) is Tensor else torch.tensor(value, dtype=_dtype(value))


def _dtype(value: Any) -> torch.dtype:
    return torch.bool if type(value) is bool else torch.float64


def _kind(value: Any) -> str:
    if type(value) is Tensor:
        return f"a tensor of shape {tuple(value.shape)}"
    return "nothing" if value is None else f"a {type(value).__name__}"


def _form(value: Any) -> str:
    if type(value) is Tensor and value.ndim:
        return f"shape {tuple(value.shape)}" if value.numel() > 6 else short(value)
    return short(value)


def _matches(got: Any, wrong: Any, want: Any, rtol: float, atol: float) -> bool:
    """Tell whether a wrong value explains what came back."""
    if callable(wrong):
        return bool(wrong(got))
    loose = max(rtol, 1e-7)
    return close(got, wrong, rtol=loose, atol=atol) and not close(
        wrong, want, rtol=loose, atol=atol
    )


def _worst(want: Any, got: Any) -> tuple[str, str]:
    """Show two values of one form; of a long tensor only the place where they differ most."""
    if type(want) in (list, tuple) and any(map(_is_long, want)):
        apart = [i for i, pair in enumerate(zip(got, want, strict=True)) if not close(*pair)]
        texts = _worst(want[apart[0]], got[apart[0]]) if apart else _pair(want, got)
        return tuple(f"{text} in part {apart[0] + 1}" if apart else text for text in texts)
    if not _is_long(want):
        return _pair(want, got)
    gap = (want.double() - got.double()).abs()
    gap = torch.where(gap.isnan(), math.inf, gap)
    place = [int(i) for i in torch.unravel_index(gap.argmax(), gap.shape)]
    texts = _pair(want[tuple(place)], got[tuple(place)])
    return tuple(f"{text} at {place}" for text in texts)


def _is_long(value: Any) -> bool:
    return isinstance(value, Tensor) and value.ndim > 0 and value.numel() > 6
