"""Small networks that more than one page trains, all on one processor core in seconds."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm

__all__ = ["Crowd", "CrowdMLP", "DigitCNN", "DigitEncoder", "LanguageModel", "train_crowds"]


class LanguageModel(nn.Module):
    """A small transformer that guesses the next word, with pre-layer normalisation or without.

    Each layer adds attention, then a two-layer network, to what flows through (the residual
    stream). Normalised, both read a layer-normalised copy of the stream ("pre-LN").

    Args:
        vocabulary: number of words V.
        length: longest sequence T.
        width: size of the stream.
        layers: number of layers.
        normalised: with layer normalisation, also before the last map.
        scale: standard deviation of all initial weights; None keeps 1 / sqrt(inputs), as is usual.
        generator: where the initial weights come from; None uses torch's own.

    Example:
        >>> net = LanguageModel(50, 8)
        >>> net(torch.zeros(3, 8, dtype=torch.int64)).shape
        torch.Size([3, 8, 50])
    """

    def __init__(self, vocabulary: int, length: int, *, width: int = 32, layers: int = 1,
                 normalised: bool = True, scale: float | None = None,
                 generator: torch.Generator | None = None):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.place = nn.Embedding(length, width)
        self.layers = nn.ModuleList(_Layer(width, normalised) for _ in range(layers))
        self.norm = nn.LayerNorm(width) if normalised else nn.Identity()
        self.head = nn.Linear(width, vocabulary)
        _start(self, scale, generator)

    def forward(self, words: Tensor) -> Tensor:
        """Return the logits of the next word at every place, (B, T) -> (B, T, V)."""
        x = self.embed(words) + self.place.weight[:words.shape[-1]]
        for layer in self.layers:
            x = layer(x)
        return self.head(self.norm(x))


class Crowd(nn.Module):
    """Many language models of one form, each with its own weights, run side by side.

    A small model leaves a processor idle between its many small operations; stacked along a
    leading axis, eight cost little more than two. Member s gives what `models[s]` gives.

    Args:
        models: language models that differ in nothing but their weights.

    Example:
        >>> crowd = Crowd([LanguageModel(50, 8), LanguageModel(50, 8)])
        >>> crowd(torch.zeros(2, 3, 8, dtype=torch.int64)).shape
        torch.Size([2, 3, 8, 50])
    """

    def __init__(self, models: Sequence[LanguageModel]):
        super().__init__()
        each = [dict(model.named_parameters()) for model in models]
        self.weights = nn.ParameterDict({
            name.replace(".", "_"): nn.Parameter(torch.stack([m[name] for m in each]).detach())
            for name in each[0]})
        self.count = len(models[0].layers)

    def forward(self, words: Tensor, after: Callable | None = None) -> Tensor:
        """Return the logits of the next word at every place.

        Args:
            words: (S, B, T), int64.
            after: called as after(k, h) with what flows after layer k, (S, B, T, width); what it
                returns flows on.

        Returns:
            Logits, (S, B, T, V), nats.
        """
        (S, B, T), w = words.shape, self.weights
        member = torch.arange(S, device=words.device)[:, None, None]
        later = torch.full((T, T), -torch.inf, device=words.device).triu(1)
        x = w["embed_weight"][member, words] + w["place_weight"][:, None, :T]
        for k in range(self.count):
            x = self._layer(x.flatten(1, 2), f"layers_{k}_", later).view(S, B, T, -1)
            x = x if after is None else after(k, x)
        return self._linear(self._norm(x.flatten(1, 2), "norm"), "head").view(S, B, T, -1)

    def _layer(self, x: Tensor, name: str, later: Tensor) -> Tensor:
        T, y = len(later), self._norm(x, name + "norm1")
        query, key, value = (self._linear(y, name + part).unflatten(1, (-1, T)).flatten(0, 1)
                             for part in ("query", "key", "value"))
        scores = torch.baddbmm(later.to(x.dtype), query, key.mT, alpha=x.shape[-1] ** -0.5)
        x = x + self._linear((scores.softmax(-1) @ value).view_as(x), name + "out")
        y = self._linear(self._norm(x, name + "norm2"), name + "up").relu()
        return x + self._linear(y, name + "down")

    def _linear(self, x: Tensor, name: str) -> Tensor:
        weight, bias = self.weights[name + "_weight"], self.weights[name + "_bias"]
        return torch.baddbmm(bias[:, None], x, weight.mT)

    def _norm(self, x: Tensor, name: str) -> Tensor:
        if name + "_weight" not in self.weights:
            return x
        weight, bias = self.weights[name + "_weight"], self.weights[name + "_bias"]
        return torch.addcmul(bias[:, None], layer_norm(x, x.shape[-1:]), weight[:, None])


class DigitCNN(nn.Module):
    """Two convolutions and a linear map, for images of 8 x 8 pixels.

    Args:
        width: channels of the first convolution; the second has twice as many.
        generator: where the initial weights come from; None uses torch's own.

    Example:
        >>> DigitCNN()(torch.zeros(3, 64)).shape
        torch.Size([3, 10])
    """

    def __init__(self, *, width: int = 8, generator: torch.Generator | None = None):
        super().__init__()
        self.first = nn.Conv2d(1, width, 3, padding=1)
        self.second = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.head = nn.Linear(2 * width * 4, 10)
        _start(self, None, generator)

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the logits of the ten digits, (B, 64) -> (B, 10)."""
        x = pixels.reshape(-1, 1, 8, 8)
        x = torch.max_pool2d(self.first(x).relu(), 2)
        x = torch.max_pool2d(self.second(x).relu(), 2)
        return self.head(x.flatten(1))


class DigitEncoder(nn.Module):
    """Two layers that make features of an image of 8 x 8 pixels, and a linear head behind them.

    A contrastive loss sees what leaves the head; what is kept afterwards are the features.

    Args:
        width: number of hidden units; the features are half as many.
        out: dimensions behind the head.
        generator: where the initial weights come from; None uses torch's own.

    Example:
        >>> net = DigitEncoder()
        >>> net.features(torch.zeros(3, 64)).shape, net(torch.zeros(3, 64)).shape
        (torch.Size([3, 128]), torch.Size([3, 32]))
    """

    def __init__(self, *, width: int = 256, out: int = 32,
                 generator: torch.Generator | None = None):
        super().__init__()
        self.first, self.second = nn.Linear(64, width), nn.Linear(width, width // 2)
        self.head = nn.Linear(width // 2, out)
        _start(self, None, generator)

    def features(self, pixels: Tensor) -> Tensor:
        """Return what the encoder makes of images, (B, 64) -> (B, width / 2)."""
        return self.second(self.first(pixels).relu()).relu()

    def forward(self, pixels: Tensor) -> Tensor:
        """Return embeddings, (B, 64) -> (B, out), of any length."""
        return self.head(self.features(pixels))


class CrowdMLP(nn.Module):
    """R independent networks of one shape, trained side by side as one tensor.

    Small networks spend their time on overhead; R seeds at once cost little more than one.

    Args:
        crowd: how many networks R.
        inputs: features d.
        outputs: numbers out.
        hidden: width of the one hidden layer (tanh); 0 makes the map linear.
        scale: multiplies the initial weights of the last map; 0 starts at output 0.
        dtype: of the weights; None: torch's default.
        generator: where the initial weights come from; None uses torch's own.

    Example:
        >>> CrowdMLP(5, 4, 3)(torch.zeros(5, 16, 4)).shape
        torch.Size([5, 16, 3])
    """

    def __init__(self, crowd: int, inputs: int, outputs: int, *, hidden: int = 64,
                 scale: float = 1.0, dtype: torch.dtype | None = None,
                 generator: torch.Generator | None = None):
        super().__init__()
        sizes = [inputs, hidden, outputs] if hidden else [inputs, outputs]
        self.maps, self.shifts = nn.ParameterList(), nn.ParameterList()
        for a, b in zip(sizes[:-1], sizes[1:], strict=True):
            weight = torch.randn(crowd, a, b, dtype=dtype, generator=generator) * a**-0.5
            self.maps.append(weight * (scale if len(self.maps) == len(sizes) - 2 else 1.0))
            self.shifts.append(torch.zeros(crowd, 1, b, dtype=dtype))

    def forward(self, x: Tensor) -> Tensor:
        """Return each network's outputs, (R, B, d) or (B, d) for all alike -> (R, B, outputs)."""
        for weight, shift in zip(self.maps[:-1], self.shifts[:-1], strict=True):
            x = torch.tanh(x @ weight + shift)
        return x @ self.maps[-1] + self.shifts[-1]


def train_crowds(
    crowds: Sequence[nn.Module], losses: Callable[[int], Tensor], *, steps: int, lr: float,
    clip: float = 10.0, weight_decay: float = 0.0,
) -> None:
    """Train R networks side by side by Adam, with a step that falls to zero along a line.

    Every network has its own gradient, cut to its own norm: nothing passes between them.

    Args:
        crowds: modules whose parameters have R as first size; changed in place.
        losses: loss of each network at step k, k -> (R,).
        steps: number of steps.
        lr: first step, > 0.
        clip: largest norm of one network's gradient, > 0.
        weight_decay: pull on the weights (not the shifts), as in AdamW, >= 0.

    Example:
        >>> net = CrowdMLP(2, 1, 1, hidden=0)
        >>> one = torch.ones(1, 1)
        >>> train_crowds([net], lambda k: (net(one) ** 2).sum((1, 2)), steps=300, lr=0.1)
        >>> bool((net(one).abs() < 0.1).all())
        True
    """
    params = [p for crowd in crowds for p in crowd.parameters()]
    decays = [p for p in params if p.ndim == 3 and p.shape[1] > 1]
    others = [p for p in params if not any(p is q for q in decays)]
    optimizer = torch.optim.AdamW([{"params": decays, "weight_decay": weight_decay},
                                   {"params": others, "weight_decay": 0.0}], lr=lr)
    for k in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = lr * (1 - k / steps)
        optimizer.zero_grad()
        losses(k).sum().backward()
        norms = sum(p.grad.flatten(1).square().sum(1) for p in params).sqrt()
        cut = (clip / norms.clamp(min=1e-30)).clamp(max=1)
        for p in params:
            p.grad *= cut.reshape(-1, *[1] * (p.ndim - 1))
        optimizer.step()


class _Layer(nn.Module):
    """Attention of one head that looks back only, then a two-layer network."""

    def __init__(self, width: int, normalised: bool):
        super().__init__()
        self.norm1, self.norm2 = (nn.LayerNorm(width) if normalised else nn.Identity()
                                  for _ in range(2))
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm1(x)
        scores = self.query(y) @ self.key(y).mT / y.shape[-1] ** 0.5
        later = torch.ones(scores.shape[-2:], dtype=torch.bool, device=x.device).triu(1)
        weights = scores.masked_fill(later, -torch.inf).softmax(-1)
        x = x + self.out(weights @ self.value(y))
        return x + self.down(self.up(self.norm2(x)).relu())


@torch.no_grad()
def _start(model: nn.Module, scale: float | None, generator: torch.Generator | None) -> None:
    """Draw normal weights, zero biases; embeddings have standard deviation `scale` or 0.1."""
    for module in model.modules():
        if isinstance(module, nn.Embedding):
            module.weight.normal_(0, scale or 0.1, generator=generator)
        elif isinstance(module, nn.Linear | nn.Conv2d):
            inputs = module.weight[0].numel()
            module.weight.normal_(0, scale or inputs**-0.5, generator=generator)
            module.bias.zero_()
