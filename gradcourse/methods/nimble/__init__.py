"""A network that learns its size: the number of hidden neurons is a weight like any other.

The size N, a real number, opens the neurons 0, 1, 2, ... one after the other:

    y(x)    = c + sum_j m_j(N) v_j tanh(w_j . x + b_j)                      (7.1)
    m_j     = min(max(N - j, 0), 1)                 the ramp                (7.2)
    m_j     = 1 / (1 + exp(-(N - j - 1/2) / s))     the sigmoid             (7.3)

It is trained with a size loss beside the task's, by a target or by a price:

    L       = task + lam * (N - N*)^2                                       (7.4)
    L       = task + lam * N                                                (7.5)

so that, with h_j = tanh(w_j . x + b_j) and r = d task / d y, summed over examples and outputs,

    dL/dN   = sum_j m_j'(N) <r, v_j h_j> + lam * (size loss)'               (7.6)

where for the ramp m_j' is 1 for the one neuron that is partly open, and 0 for all others (at a
whole N: for the last whole one).
All weights and N follow Adam. With averages M and V of g and g^2 that begin at zero,

    x_{k+1} = x_k - lr * (M / (1 - beta1^a)) / (sqrt(V / (1 - beta2^a)) + eps)  (7.7)

Two clocks are possible: a = the number of steps taken (global), or a = the steps since the neuron
woke (birth). What it is compared with:

    N(k)    = N_0 + (N* - N_0) min(k / K, 1)        the open-loop ramp      (7.8)
    m_j     = 1 / (1 + exp(-l_j))                   a controller's mask     (7.9)
    s_j     = |v_j| sd(h_j)                         prune the smallest      (7.10)

Limits: N = capacity and lr_size = 0 is the ordinary network.

Source: A. Radhakrishnan, J. F. Lindner, S. T. Miller, S. Sinha, W. L. Ditto, 2025, "When less is
more: evolving large neural networks from small ones".
Differs from the source: the source says that a weight fed by a constant is the size, that the loss
has a task and a size part, and that a controller may make the mask. How N enters the sum, both size
losses' exact form, the start, the optimiser and the clock are our reconstruction. The published
code's mask has length one and scales the whole layer; here neurons come one at a time.
"""

from gradcourse.methods.nimble.crowd import Crowd, born, gradient, predict, prune
from gradcourse.methods.nimble.network import MaskController, NimbleMLP
from gradcourse.methods.nimble.optimizer import NimbleAdam
from gradcourse.methods.nimble.sizes import (
    open_loop_size,
    ramp_mask,
    sigmoid_mask,
    size_gradient,
    size_loss,
    size_path,
)
from gradcourse.methods.nimble.training import Trained, train

__all__ = ["Crowd", "MaskController", "NimbleAdam", "NimbleMLP", "Trained", "born", "gradient",
           "open_loop_size", "predict", "prune", "ramp_mask", "sigmoid_mask", "size_gradient",
           "size_loss", "size_path", "train"]
