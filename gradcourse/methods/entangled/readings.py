"""The regulariser, and the gradient mapping."""

import math

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity, layer_norm, scaled_dot_product_attention

__all__ = ["entangle_gradients", "entanglement", "fused_gradient", "mapped_gradient", "mixing"]

KERNELS = ("cosine", "inner")
MIXES = ("context", "uniform", "none")


def entanglement(
    states: Tensor, gradients: Tensor, *, kernel: str = "cosine", scale: float = 1.0
) -> Tensor:
    """Measure how hidden states and their gradients point the same way, averaged over tokens.

    As a regulariser it is differentiated through the gradients too: make these with
    ``create_graph=True``. Fused attention has no second derivative; use torch's math kernel,
    ``sdpa_kernel(SDPBackend.MATH)``, or attention written out.

    Args:
        states: C, (..., T, d), hidden units.
        gradients: G, same shape, nats per hidden unit.
        kernel: "cosine", in [-1, 1], or "inner", in nats and without bound.
        scale: multiplies the gradients; B T undoes the mean over tokens that the loss took.

    Returns:
        E, (...); dtype and device of the states.

    Raises:
        ValueError: if the shapes differ, or the kernel is unknown.

    Example:
        >>> states, gradients = torch.tensor([[3.0, 4.0]]), torch.tensor([[0.3, 0.4]])
        >>> print(f"{entanglement(states, gradients):.2f}",
        ...       f"{entanglement(states, gradients, kernel='inner'):.2f}")
        1.00 2.50

    Differs from the source:
        The source's integral over inputs is a mean over tokens, its kernel is chosen here.
    """
    check_shapes(states, gradients)
    if kernel not in KERNELS:
        raise ValueError(f"kernel must be one of {', '.join(KERNELS)}, got {kernel!r}")
    g = scale * gradients
    if kernel == "cosine":
        return cosine_similarity(states, g, dim=-1).mean(-1)  # (8.1)
    return (states * g).sum(-1).mean(-1)  # (8.1)


def mixing(context: Tensor, *, mix: str = "context") -> Tensor:
    """Say how much of each token's gradient goes to each other token.

    Args:
        context: C, (..., T, d); its rows are layer-normalised here.
        mix: "context"; "uniform", all tokens alike; "none", the zero matrix.

    Returns:
        A, (..., T, T); rows sum to one, or to zero for "none".

    Raises:
        ValueError: if mix is unknown.

    Example:
        >>> mixing(torch.tensor([[1.0, -1.0], [1.0, -1.0]]))
        tensor([[0.5000, 0.5000],
                [0.5000, 0.5000]])

    Differs from the source:
        The source has no such matrix; attention of the context to itself is our choice.
    """
    _check_mix(mix)
    T, d = context.shape[-2:]
    if mix == "context":
        c = layer_norm(context, (d,))
        return (c @ c.mT / math.sqrt(d)).softmax(-1)  # (8.3)
    return context.new_full((*context.shape[:-1], T), 1 / T if mix == "uniform" else 0.0)


def mapped_gradient(
    g: Tensor, context: Tensor, *, lam: float | Tensor, mix: str = "context"
) -> Tensor:
    """Mix the gradients of tokens whose context is alike; the reference form.

    Args:
        g: G, (..., T, d), gradient units.
        context: C, same shape.
        lam: share that is mixed; negative takes the mean out instead; a tensor broadcasts.
        mix: as in `mixing`.

    Returns:
        The mapped gradient, like g.

    Raises:
        ValueError: if the shapes differ, lam is not finite, or mix is unknown.

    Example:
        >>> g, c = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.zeros(2, 2)
        >>> mapped_gradient(g, c, lam=0.5)
        tensor([[0.7500, 0.2500],
                [0.2500, 0.7500]])
    """
    check_shapes(context, g)
    check_lam(lam)
    return g + lam * (mixing(context, mix=mix) @ g - g)  # (8.4)


def fused_gradient(
    g: Tensor, context: Tensor, *, lam: float | Tensor, mix: str = "context"
) -> Tensor:
    """Do the same as `mapped_gradient` by fused attention, without keeping the T x T matrix.

    Args:
        g: as in `mapped_gradient`.
        context: as there.
        lam: as there.
        mix: as there.

    Returns:
        The mapped gradient, like g. It has no second derivative on some devices.

    Raises:
        ValueError: as `mapped_gradient`.

    Example:
        >>> fused_gradient(torch.ones(2, 1), torch.zeros(2, 1), lam=0.3, mix="none")
        tensor([[0.7000],
                [0.7000]])
    """
    check_shapes(context, g)
    check_lam(lam)
    _check_mix(mix)
    if mix == "none":
        return g + lam * -g
    if mix == "uniform":
        return g + lam * (g.mean(-2, keepdim=True) - g)
    T, d = g.shape[-2:]
    c = layer_norm(context, (d,)).reshape(-1, T, d)
    mixed = scaled_dot_product_attention(c, c, g.reshape(-1, T, d))
    return g + lam * (mixed.view_as(g) - g)


def entangle_gradients(
    h: Tensor, context: Tensor, *, lam: float | Tensor, mix: str = "context"
) -> Tensor:
    """Let h pass and change the gradient that comes back, by a hook: (8.3) and (8.4).

    Args:
        h: hidden states, (..., T, d).
        context: C, same shape; it gets no gradient.
        lam: as in `mapped_gradient`.
        mix: as in `mixing`.

    Returns:
        h itself, seen through a hook; where nothing is differentiated, no hook is set.

    Raises:
        ValueError: as `mapped_gradient`.

    Example:
        >>> h = torch.ones(2, 1, requires_grad=True)
        >>> seen = entangle_gradients(h, h, lam=1.0, mix="uniform")
        >>> (seen * torch.tensor([[1.0], [3.0]])).sum().backward()
        >>> h.grad  # the mean of 1 and 3
        tensor([[2.],
                [2.]])
    """
    check_shapes(context, h)
    check_lam(lam)
    _check_mix(mix)
    if not (h.requires_grad and torch.is_grad_enabled()):
        return h
    seen, c = h.view_as(h), context.detach()
    seen.register_hook(lambda g: _map(g, c, lam, mix))
    return seen


def _map(g, c, lam, mix):
    """Take the fused form unless someone wants a second derivative."""
    form = mapped_gradient if torch.is_grad_enabled() else fused_gradient
    return form(g, c, lam=lam, mix=mix)


def check_shapes(one: Tensor, two: Tensor) -> None:
    """Refuse states and gradients that do not belong together."""
    if one.shape != two.shape:
        raise ValueError(f"states and gradients must have equal shapes, got {tuple(one.shape)} "
                         f"and {tuple(two.shape)}")


def check_lam(lam) -> None:
    """Refuse a coefficient that is no number."""
    if not torch.is_tensor(lam) and not math.isfinite(lam):
        raise ValueError(f"lam must be finite, got {lam}")


def _check_mix(mix: str) -> None:
    if mix not in MIXES:
        raise ValueError(f"mix must be one of {', '.join(MIXES)}, got {mix!r}")
