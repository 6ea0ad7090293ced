"""The losses: each row of one view looks for its partner in the other."""

import contextlib

import torch
from torch import Tensor
from torch.nn.functional import normalize

from gradcourse.methods.contrastive.logits import check_alpha
from gradcourse.methods.contrastive.pairs import PLAIN, Layout, Map, contrast, rows_held
from gradcourse.methods.contrastive.ranks import gather_rows
from gradcourse.methods.contrastive.symmetric import contrast_symmetric

__all__ = ["info_nce", "nt_xent", "temperature_free"]


def info_nce(
    z1: Tensor, z2: Tensor, *, temperature: float | Tensor = 0.1, gathered: bool = False,
    block: int | None = None,
) -> Tensor:
    """Compute InfoNCE: z1_i looks for z2_i among all rows of z2, by cosines over a temperature.

    It looks one way. Both ways are (info_nce(z1, z2) + info_nce(z2, z1)) / 2.

    Args:
        z1: embeddings of one view, (B, D), any unit: only directions count.
        z2: of the other view, in the same order, (B, D).
        temperature: tau > 0, cosine units; a tensor () may be learnt and is not checked.
        gathered: take the strangers from all ranks of torch.distributed, as many rows on each.
        block: rows of the similarity matrix held at a time, 0 for all of it, by autograd; None
            chooses: all below 512 columns, else 256.

    Returns:
        Losses, (B,), nats, on z1's device; dtype of z1, and float32 for half precision.

    Raises:
        ValueError: unless z1 and z2 have one shape (B, D), B >= 1, temperature > 0, block >= 0.

    Accuracy:
        As autograd in the same dtype. With a block nothing can be differentiated twice; on a CPU
        equal weights of the rows, as mean and sum give, need no second pass.

    Example:
        >>> z = torch.eye(2)
        >>> info_nce(z, z, temperature=1.0)  # log(1 + 1/e)
        tensor([0.3133, 0.3133])

    Source:
        A. van den Oord, Y. Li, O. Vinyals, 2018; cosines over tau as T. Chen and others, 2020.
    """
    a, b = _views(z1, z2, block)
    if not torch.is_tensor(temperature) and not temperature > 0:
        raise ValueError(f"temperature must be > 0, got {temperature}")
    with _full_precision(a):
        return _one_way(a / temperature, b, gathered, _scaled(temperature), block)  # (6.2)


def temperature_free(
    z1: Tensor, z2: Tensor, *, alpha: float = 1.0, gathered: bool = False, eps: float = 1e-6,
    block: int | None = None,
) -> Tensor:
    """Compute InfoNCE with the log-odds of each cosine in place of a cosine over a temperature.

    It looks one way, as `info_nce`. It is scale-free: all distances halved, nearly the same loss.

    Args:
        z1: embeddings of one view, (B, D), any unit: only directions count.
        z2: of the other view, in the same order, (B, D).
        alpha: power of the odds > 0; the source has 1.
        gathered: as in `info_nce`.
        eps: cosines beyond +-(1 - eps) count as that and get no gradient, in (0, 1).
        block: as in `info_nce`.

    Returns:
        Losses, (B,), nats, on z1's device; dtype of z1, and float32 for half precision.

    Raises:
        ValueError: as `info_nce` does, and unless alpha > 0 and 0 < eps < 1.

    Accuracy:
        As `info_nce`. With alpha 1 and a block it takes no exponential and no logarithm of the
        matrix.

    Example:
        >>> z1, z2 = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[1.0, 0.0], [-0.8, 0.6]])
        >>> temperature_free(z1, z2)[1]  # odds 4 for its partner at .6, 1 for the stranger at 0
        tensor(0.2231)

    Source:
        B. J. Kim, S. W. Kim, 2025.

    Differs from the source:
        alpha; one way (the source's text at hand does not say); the clamp.
    """
    a, b = _views(z1, z2, block)
    how = Map(check_alpha(alpha), _check_eps(eps))
    with _full_precision(a):
        return _one_way(a, b, gathered, how, block)


def nt_xent(
    z1: Tensor, z2: Tensor, *, temperature: float | Tensor = 0.1, gathered: bool = False,
    block: int | None = None,
) -> Tensor:
    """Compute NT-Xent: each of 2 B views looks for its partner among all the 2 B - 1 others.

    Args:
        z1: embeddings of one view, (B, D), any unit: only directions count.
        z2: of the other view, in the same order, (B, D).
        temperature: as in `info_nce`.
        gathered: as in `info_nce`.
        block: as in `info_nce`; the columns are 2 B here.

    Returns:
        Losses, (2 B,), nats: first those of z1, then those of z2; dtype as in `info_nce`.

    Raises:
        ValueError: as `info_nce` does.

    Accuracy:
        As `info_nce`. With a block and a temperature known to be at least 1/40 each cosine is
        computed once for both its views, and weights cost nothing.

    Example:
        >>> z = torch.eye(2)
        >>> nt_xent(z, z, temperature=1.0)  # a partner at 1, two strangers at 0: log(1 + 2/e)
        tensor([0.5514, 0.5514, 0.5514, 0.5514])

    Source:
        T. Chen, S. Kornblith, M. Norouzi, G. Hinton, 2020.
    """
    a, b = _views(z1, z2, block)
    if not torch.is_tensor(temperature) and not temperature > 0:
        raise ValueError(f"temperature must be > 0, got {temperature}")
    block = rows_held(2 * len(a), block)
    with _full_precision(a):
        if block and not gathered and _scaled(temperature).bound <= PLAIN:
            return contrast_symmetric(torch.cat([a, b]) / temperature**0.5, block)
        rows, (ones, first), (twos, _) = torch.cat([a, b]), _all(a, gathered), _all(b, gathered)
        one = first + torch.arange(len(a), device=a.device)
        own = torch.cat([one, one + len(ones)])[:, None]
        layout = Layout((own + len(ones)) % (2 * len(ones)), own)
        return contrast(rows / temperature, torch.cat([ones, twos]), layout,
                        _scaled(temperature), block)


def _one_way(a: Tensor, b: Tensor, gathered: bool, how: Map, block: int | None) -> Tensor:
    everyone, first = _all(b, gathered)
    partner = first + torch.arange(len(a), device=a.device)
    return contrast(a, everyone, Layout(partner[:, None], None), how, block)


def _scaled(temperature: float | Tensor) -> Map:
    """Tell how large a cosine over a temperature can be, if that is known without asking it."""
    return Map() if torch.is_tensor(temperature) else Map(bound=1 / temperature)


def _all(z: Tensor, gathered: bool) -> tuple[Tensor, int]:
    return gather_rows(z) if gathered else (z, 0)


def _views(z1: Tensor, z2: Tensor, block: int | None) -> tuple[Tensor, Tensor]:
    """Refuse what are no two views; return directions in single precision at least."""
    if z1.shape != z2.shape or z1.ndim != 2 or not len(z1):
        one, two = tuple(z1.shape), tuple(z2.shape)
        raise ValueError(f"z1 and z2 must have one shape (B, D), B >= 1, got {one} and {two}")
    if block is not None and block < 0:
        raise ValueError(f"block must be >= 0, got {block}")
    least = torch.promote_types(z1.dtype, torch.float32)
    return normalize(z1.to(least), dim=1), normalize(z2.to(least), dim=1)


def _full_precision(z: Tensor):
    """Keep autocast from rounding cosines to half precision."""
    if z.is_meta:
        return contextlib.nullcontext()
    return torch.autocast(z.device.type, enabled=False)


def _check_eps(eps: float) -> float:
    if not 0 < eps < 1:
        raise ValueError(f"eps must be in (0, 1), got {eps}")
    return eps
