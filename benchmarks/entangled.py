"""T14: a training step whose gradients are mixed between tokens, against a plain one."""

import torch
from torch.nn.functional import cross_entropy

from benchmarks.harness import Group, Target

WORDS, LENGTH, BATCH, WIDTH, LAYERS = 100, 64, 16, 64, 2
OURS, PLAIN = "map, by a hook", "plain step"


def groups() -> list[Group]:
    """Return the step of a small transformer."""
    from gradcourse.methods import entangled  # noqa: F401 - not here: say so

    variants = {OURS: lambda d: _step(*d, "map"), PLAIN: lambda d: _step(*d, "plain"),
                "regularise, a second derivative": lambda d: _step(*d, "regularise")}
    return [Group("small transformer", base=PLAIN, inputs=_data, variants=variants, ours=(OURS,),
                  unit="training step", targets=(Target("T14", OURS, PLAIN, 1.15),))]


def _data():
    from gradcourse.models import Crowd, LanguageModel

    generator = torch.Generator().manual_seed(0)
    net = Crowd([LanguageModel(WORDS, LENGTH, width=WIDTH, layers=LAYERS, generator=generator)])
    return net, torch.randint(WORDS, (1, BATCH, LENGTH + 1), generator=generator)


def _step(net, words, kind):
    """Return a step of the chapter's own training, one reading or another."""
    from gradcourse.methods.entangled import entangle_gradients, entanglement

    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, fused=True)

    def step():
        kept = []

        def after(k, h):
            kept.append(h)
            return entangle_gradients(h, h, lam=0.3) if kind == "map" else h

        optimizer.zero_grad()
        logits = net(words[..., :-1], after)
        loss = cross_entropy(logits.flatten(0, -2), words[..., 1:].flatten())
        if kind == "regularise":
            (g,) = torch.autograd.grad(loss, kept[0], create_graph=True)
            loss = loss + 0.01 * entanglement(kept[0], g).mean()
        loss.backward()
        optimizer.step()

    return step
