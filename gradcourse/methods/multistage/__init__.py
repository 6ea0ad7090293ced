"""Noisy accelerated steps in stages: far with long steps, then settle with shorter ones.

Minimises f, of curvature between mu and L, from gradients g(y) = grad f(y) + noise by

    y_k     = x_k + beta * (x_k - x_{k-1})                                  (1.1)
    x_{k+1} = y_k - lr * g(y_k)                                             (1.2)
    beta    = (1 - sqrt(lr mu)) / (1 + sqrt(lr mu))                         (1.3)

in stages. Stage 1 takes n_1 steps of lr = 1 / L, n_1 being free; stage s = 2, 3, ... takes n_s:

    lr_s    = 1 / (4^s L)                                                   (1.4)
    n_s     = 2^s * ceil(sqrt kappa * log 2^{p+2}),   kappa = L / mu        (1.5)

and each begins at rest, where the one before it ended:

    x_{-1}  = x_0                                                           (1.6)

Why it works, with a = 1 / sqrt(2 lr), b = sqrt(mu / 2) and sigma^2 the noise's total variance:

    V_k     = |a (x_k - x*) + (b - a) (x_{k-1} - x*)|^2 + f(x_k) - f*       (1.7)
    E V_{k+1} <= (1 - sqrt(lr mu)) E V_k + lr sigma^2 (1 + lr L) / 2        (1.8)

and, when stage s ends, with Delta = f(x_0) - f*,

    E f - f* <= 2 Delta exp(-n_1 / sqrt kappa) / 2^{(p+1)(s-1)}
                + sigma^2 sqrt kappa / (L 2^{s-1})                          (1.9)

On a bowl all of it is exact. Along curvature h, with noise of variance sigma_1^2,

    x_{k+1} = A x_k + C x_{k-1} - lr * noise
    A       = (1 + beta) (1 - lr h)                                         (1.10)
    C       = -beta (1 - lr h)                                              (1.10)

so x has in the end the variance

    S       = lr^2 sigma_1^2 (1 - C) / ((1 + C) ((1 - C)^2 - A^2))          (1.11)

and on the way, with M = [[A, C], [1, 0]] and S_k the covariance of (x_k, x_{k-1}),

    S_k     = S_inf + M^k (S_0 - S_inf) (M^k)^T                             (1.12)

Rivals that need no more knowledge:

    decaying steps  lr_k = 2 / (mu (k + 2 kappa))                           (1.13)
    AC-SA           see `acsa_step`                                         (1.14)
    tail average    the mean of the last points of a path                   (1.15)

Limits: no noise and one stage is Nesterov's method; budget <= n_1 never shortens a step.

Source: N. S. Aybat, A. Fallah, M. Gurbuzbalaban, A. Ozdaglar, NeurIPS 2019 (stages);
S. Ghadimi, G. Lan, 2012 (AC-SA).
Differs from the source: the last stage is cut at the budget; noise on a bowl is given per
coordinate where a function says so; (1.10) to (1.12) are worked out here.
"""

from gradcourse.methods.multistage.exact import (
    expected_average,
    expected_gap,
    expected_run,
    floor,
)
from gradcourse.methods.multistage.last import last_iterate
from gradcourse.methods.multistage.optimizer import MultistageASG
from gradcourse.methods.multistage.rivals import (
    TwoPoints,
    acsa_step,
    decaying_lr,
    tail_average,
)
from gradcourse.methods.multistage.schedule import (
    stage_bound,
    stages,
    switch_informed,
    switch_short,
    switch_universal,
)
from gradcourse.methods.multistage.steps import (
    Run,
    State,
    lyapunov,
    lyapunov_bound,
    momentum,
    restart,
    run,
    step,
)

__all__ = ["MultistageASG", "Run", "State", "TwoPoints", "acsa_step", "decaying_lr",
           "expected_average", "expected_gap", "expected_run", "floor", "last_iterate", "lyapunov",
           "lyapunov_bound", "momentum", "restart", "run", "stage_bound", "stages", "step",
           "switch_informed", "switch_short", "switch_universal", "tail_average"]
