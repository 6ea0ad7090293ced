"""Layer norm and attention from torch."""

import torch
from torch.nn.functional import layer_norm, scaled_dot_product_attention

EXERCISE = "entangled.4"


def mapped_gradient(G, C, lam):
    c = layer_norm(C, C.shape[-1:])[None]
    return torch.lerp(G, scaled_dot_product_attention(c, c, G[None])[0], lam)
