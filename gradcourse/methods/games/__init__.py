"""Two players, one payoff, two speeds: x walks down K(x, y), y climbs it eta times as fast.

In x's time the pair follows the flow

    dx/dt   = -K_x(x, y),   dy/dt = eta K_y(x, y)                           (3.1)

and a machine follows it in steps. Simultaneous steps ask both gradients at the old point:

    x_{k+1} = x_k - h K_x(x_k, y_k),   y_{k+1} = y_k + eta h K_y(x_k, y_k)  (3.2)

On a quadratic game K = x'Qx/2 + x'Py - y'Ry/2 the flow is dz/dt = -M z with

    M       = [[Q, P], [-eta P', eta R]]                                    (3.3)
    rate    = smallest real part of an eigenvalue of M                      (3.4)

Why it decays although x feels no friction (Q = 0): an energy with a cross term,

    E       = |x|^2 / 2 + |y|^2 / (2 eta) - eps x'Py                        (3.5)
    dE/dt   = -x'Qx - y'Ry + eps |Py|^2 - eps eta |P'x|^2
              + eps eta x'PRy + eps x'QPy                                   (3.6)
    dE/dt  <= -2 c E,   c = half the least eigenvalue of (HM + M'H, H)      (3.7)

where H is the matrix of 2 E. The two ends, y much slower and y much faster than x:

    rate   -> eta lambda_min(R + P' Q^-1 P)   as eta -> 0, Q > 0            (3.8)
    rate   -> lambda_min(Q + P R^-1 P')       as eta -> inf, R > 0          (3.9)

One number each, K = p x y - r y^2 / 2: the best ratio, and when simultaneous steps settle,

    best    = 4 p^2 / r^2,   where the rate is 2 p^2 / r                    (3.10)
    settles = 0 < h < r / p^2  and  eta < 4 / (h (2 r - h p^2))             (3.11)

Measured in other units, y = c u, the same game has P -> c P, R -> c^2 R, and

    rate(eta; c P, c^2 R) = rate(c^2 eta; P, R)                             (3.12)

Three other steps; the first lets y see the new x, the others look ahead:

    alternating     y_{k+1} = y_k + eta h K_y(x_{k+1}, y_k)                 (3.13)
    extragradient   gradients asked where (3.2) would land                  (3.14)
    optimistic      twice the gradient, minus the one before                (3.15)

Without friction (Q = R = 0) one simultaneous step stretches the energy norm by

    growth  = sqrt(1 + h^2 eta sigma^2),   sigma a singular value of P      (3.16)

A crowd for each player, mu and nu, on a circle, with noise of temperature tau:

    dmu/dt  = (mu (K nu)')' + tau mu'',
    dnu/dt  = eta (-(nu (K' mu)')' + tau nu'')                              (3.17)
    rest    : mu ~ exp(-K nu / tau),   nu ~ exp(K' mu / tau)                (3.18)
    gap     = max over nu' of E(mu, nu') - min over mu' of E(mu', nu)       (3.19)
    dX      = -mean_j K_x(X, Y_j) dt + sqrt(2 tau) dW,
    dY      = eta mean_i K_y(X_i, Y) dt + sqrt(2 tau eta) dB                (3.20)

where E adds tau times the entropy integral of mu and subtracts that of nu.

Limits: eta = 1 and R = Q turn (3.2) into one method on one vector; tau large makes (3.17) the
heat equation, of rate tau.

Source: J. An, J. Lu, arXiv 2501.17122 (ratio, energy, crowds); D. Scharfetter, H. Gummel, 1969
(the grid); H. Nikaido, K. Isoda, 1955 (the gap).
Differs from the source: (3.10) to (3.12) and (3.16) are worked out here; crowds live on a circle.
"""

from gradcourse.methods.games.crowds import MeanFieldGame, circle_distance
from gradcourse.methods.games.optimizer import TwoTimescaleGDA
from gradcourse.methods.games.payoffs import Payoff, tilted_payoff, wavy_payoff
from gradcourse.methods.games.quadratic import QuadraticGame, best_ratio, largest_ratio
from gradcourse.methods.games.steps import (
    Match,
    Memory,
    Players,
    alternating_gda,
    extragradient,
    optimistic_gda,
    play,
    simultaneous_gda,
)

__all__ = ["Match", "MeanFieldGame", "Memory", "Payoff", "Players", "QuadraticGame",
           "TwoTimescaleGDA", "alternating_gda", "best_ratio", "circle_distance", "extragradient",
           "largest_ratio", "optimistic_gda", "play", "simultaneous_gda", "tilted_payoff",
           "wavy_payoff"]
