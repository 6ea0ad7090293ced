"""Cut gradients to size, so that a rare huge one cannot throw the walk away.

A gradient g longer than a threshold tau is shortened, as a whole or one coordinate at a time:

    by norm         min{1, tau / |g|} g                                     (2.1)
    by coordinate   min{1, tau_i / |g_i|} g_i                               (2.2)

The noise has a moment of order alpha in (1, 2], E |g|^alpha <= G^alpha, and perhaps no variance.
Then x_{k+1} = x_k - lr g_k has E x_{k+1}^2 = inf after one step, while a cut gradient has

    bias     |E cut(g) - E g|  <= G^alpha tau^(1 - alpha)                  (2.4)
    second   E |cut(g)|^2       <= G^alpha tau^(2 - alpha)                  (2.5)

With steps like 1 / k the two are balanced by a threshold that grows, and the error then falls:

    tau_k    = scale * k^(1 / alpha)                                        (2.6)
    exponent = -2 (alpha - 1) / alpha                                       (2.7)

ACClip finds a threshold for each coordinate by itself:

    m_k = beta_1 m_{k-1} + (1 - beta_1) g_k                                 (2.8)
    s_k = beta_2 s_{k-1} + (1 - beta_2) |g_k|^alpha,  tau_k = s_k^(1/alpha)  (2.9)
    x_{k+1} = x_k - lr min{tau_k / (|m_k| + eps), 1} m_k                    (2.10)

How heavy a tail is, from the k largest of n sizes X_1 >= X_2 >= ... (Hill):

    index = k / sum_{i <= k} log(X_i / X_{k+1})                             (2.11)

Limits: tau = inf cuts nothing; beta_1 = beta_2, alpha >= 1 and eps = 0 never cut in ACClip.

Source: J. Zhang, S. P. Karimireddy, A. Veit, S. Kim, S. Reddi, S. Kumar, S. Sra, NeurIPS 2020.
Differs from the source: a zero gradient stays zero; eps is 0 unless asked for.
"""

from gradcourse.methods.clipping.optimizer import ACClip
from gradcourse.methods.clipping.steps import (
    State,
    acclip_step,
    clip_bounds,
    clip_coordinates,
    clip_norm,
    rate_exponent,
    threshold,
)
from gradcourse.methods.clipping.tails import Tail, kurtosis, tail_index

__all__ = ["ACClip", "State", "Tail", "acclip_step", "clip_bounds", "clip_coordinates", "clip_norm",
           "kurtosis", "rate_exponent", "tail_index", "threshold"]
