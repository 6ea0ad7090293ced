"""Energy-based models that learn their log-partition instead of summing for it.

Scores g(x, y) turn an easy law q(y|x), the prior, into a model. The states Y are too many to sum:

    p(y|x)  = q(y|x) exp(g(x, y) - L(x)),   L(x) = log E_q exp g(x, y')     (5.1)

The log-partition L is the least value of a bowl in one number,

    L(x)    = min over t of  t + E_q[exp(g(x, y') - t) - 1]                 (5.2)

because t is the multiplier of "p sums to one". Above its lowest point, at distance d = t - L,
the bowl is higher by exactly

    excess  = exp(-d) + d - 1                                               (5.3)

So a second network tau(x) is trained along with g, both downhill, on guesses y'_1 .. y'_S ~ q:

    loss    = tau(x) + mean over s of f*(g(x, y'_s) - tau(x)) - g(x, y)     (5.4)

with f*(v) = exp(v) - 1. Its mean is the negative log-likelihood, plus the excess, whatever S is. A
step lr on a number tau ends too high by about

    E d     = lr chi2 / (4 S)                                               (5.5)

while the logarithm of an average of S guesses is too low by about

    E d     = -chi2 / (2 S)                                                 (5.6)

Both grow with the spread of the weights w = p / q, E_q w^2 = 1 + chi2. For independent switches
y in {0, 1}^k with scores u, and uniform q,

    L       = sum over i of log((1 + exp u_i) / 2)                          (5.7)
    E w^2   = product over i of 2 (1 + exp 2u_i) / (1 + exp u_i)^2          (5.8)

Guesses from any other law r serve as well, each weighted by

    weight  = q(y'|x) / r(y'|x)                                             (5.9)

A weight p / q never exceeds the number of states. So past c = log |Y| the exponential may go on by
its tangent, which asks for nothing but p <= 1 and keeps a finite loss finite:

    f*(v)   = exp(c) (1 + v - c) - 1  for v > c                             (5.10)

Other f*, other links p / q = f*'(g - tau), among them some that give true zeros:

    sparsemax  f*(v) = (max(v, 0)^2 + 1) / 2                                (5.11)
    entmax     f*(v) = (max(1 + (a - 1) v, 0)^(a / (a - 1)) - 1) / a        (5.12)

For rankings y of k things, g = <theta, y>, the sum over k! orders is a recursion over 2^k subsets,
v_1 < ... < v_k being what the ranks are worth:

    F(S)    = logsumexp over i in S of F(S - i) + theta_i v_|S|             (5.13)

and a chain that swaps two ranks, the classical rival, accepts with probability

    min(1, exp((theta_i - theta_j) (y_j - y_i)))                            (5.14)

Limits: with tau = L the loss is the likelihood's; with tau free for each example and guesses kept,
it is the logarithm of an average, which trains badly.

Source: M. E. Sander, V. Roulet, T. Liu, M. Blondel, ICML 2025 ((5.2), (5.4), sparsemax).
Differs from the source: networks and optimiser are not published, so all settings are ours; (5.3),
(5.5), (5.8), (5.10) are worked out here; ranks are centred, or tau has to follow a drifting offset.
"""

from gradcourse.methods.energy.decode import (
    map_matching,
    map_pairwise,
    map_ranking,
    map_unary,
)
from gradcourse.methods.energy.losses import (
    conjugate,
    excess,
    joint_loss,
    log_mean_bias,
    ratio,
    tau_bias,
)
from gradcourse.methods.energy.partitions import (
    Normaliser,
    log_partition_enumerated,
    log_partition_matchings,
    log_partition_pairwise,
    log_partition_permutations,
    log_partition_unary,
    normaliser,
    second_moment_unary,
)
from gradcourse.methods.energy.rivals import (
    fenchel_young_loss,
    log_mean_loss,
    min_max_losses,
    nce_loss,
)
from gradcourse.methods.energy.samplers import (
    bernoulli,
    bernoulli_log_prob,
    gibbs,
    plackett_luce,
    plackett_luce_log_prob,
    swap_chain,
    uniform_binary,
    uniform_permutations,
)
from gradcourse.methods.energy.states import all_binary, all_rankings, pair_features

__all__ = ["Normaliser", "all_binary", "all_rankings", "bernoulli", "bernoulli_log_prob",
           "conjugate", "excess", "fenchel_young_loss", "gibbs", "joint_loss",
           "log_mean_bias", "log_mean_loss", "log_partition_enumerated",
           "log_partition_matchings", "log_partition_pairwise", "log_partition_permutations",
           "log_partition_unary", "map_matching", "map_pairwise", "map_ranking", "map_unary",
           "min_max_losses", "nce_loss", "normaliser", "pair_features", "plackett_luce",
           "plackett_luce_log_prob", "ratio", "second_moment_unary", "swap_chain", "tau_bias",
           "uniform_binary", "uniform_permutations"]
