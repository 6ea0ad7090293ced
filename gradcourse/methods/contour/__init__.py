"""Langevin walks over a landscape that they flatten as they go, and the weights that undo it.

A plain walk samples p(x) proportional to exp(-U(x) / tau) by

    x' = x - lr grad U(x) + sqrt(2 lr tau) noise                            (4.1)

and stays in the well where it began. So cut the energy axis into m bins of width du above u_0, and
let theta(i) estimate the mass of bin i:

    theta*(i) = sum of p(x) over all x with U(x) in bin i                   (4.2)

Were all energies equally likely, no barrier would be left. Walk on the flattened density

    q(x) proportional to p(x) / Psi(U(x))^zeta                              (4.3)

where log Psi is linear between the bins' upper edges: in bin J, a share s up from its lower edge,

    log Psi = log theta(J) - (1 - s) (log theta(J) - log theta(J - 1))      (4.4)

Its walk has a bent force, and learns theta on the way:

    x'     = x - lr M grad U(x) + sqrt(2 lr tau) noise                      (4.5)
    M      = 1 + zeta tau (log theta(J) - log theta(J - 1)) / du            (4.6)
    theta' = theta + omega w (1_J - theta)                                  (4.7)
    w      = Psi(U(x'))^zeta        (theta(J)^zeta as published)            (4.8)
    omega  = min(most, scale / (k^power + offset))                          (4.9)

Averages are weighed by w, which undoes the flattening; the price is in how many samples count:

    E f    = sum w f / sum w                                                (4.10)
    count  = (sum w)^2 / sum w^2                                            (4.11)
    copies = marks (offset + j) / n on the summed weights                   (4.12)
    share  = 1 / sum p^2 / q                                                (4.13)

Why it works: with w = Psi^zeta the mean of (4.7) over q is a positive number times
theta* - theta. As published, w is rounded up to the bin's edge, and theta comes to rest where

    d - log E_i exp(zeta (1 - s) d) = log theta*(i) - log theta(i - 1),
    d = log theta(i) - log theta(i - 1)                                     (4.14)

up to a common factor, E_i being the mean over bin i. Rivals: a cyclic step, and trades with a hot
twin:

    lr_k = lr / 2 (1 + cos(pi r)), r the share of the cycle that is gone    (4.15)
    P(trade) = min(1, exp(D (U_cold - U_hot - D var))), D = 1/tau - 1/hot   (4.16)

Limits: zeta = 0 is (4.1); theta(J) = theta(J - 1) everywhere is (4.1) too.

Source: W. Deng, G. Lin, F. Liang, NeurIPS 2020 (the sampler, read through its published reviews);
M. Welling, Y. W. Teh, 2011 (SGLD); R. Zhang and others, 2020 (cyclic); W. Deng and others, 2020
(replica exchange).
Differs from the source: w is interpolated unless "published" is asked for; Psi is flat in bin 0,
above the last edge and beside bins never visited, so M is 1 there; M is bounded; moves outside the
domain are refused; theta is kept as logarithms; (4.13) and (4.14) are worked out here.
"""

from gradcourse.methods.contour.averages import (
    batch_means_error,
    effective_sample_size,
    resample,
    weighted_mean,
)
from gradcourse.methods.contour.chains import ContourSGLD
from gradcourse.methods.contour.exact import (
    bin_masses,
    flattened,
    mean_field,
    published_fixed_point,
    sample_share,
)
from gradcourse.methods.contour.law import euler_law
from gradcourse.methods.contour.partition import (
    Place,
    bin_of,
    importance_weights,
    log_psi,
    multiplier,
    place,
)
from gradcourse.methods.contour.plain import sgld, sgld_step
from gradcourse.methods.contour.rivals import (
    cyclic_lr,
    cyclic_sgld,
    replica_exchange_sgld,
)
from gradcourse.methods.contour.scalar import one_chain
from gradcourse.methods.contour.steps import State, contour_step, gain
from gradcourse.methods.contour.walks import Trace, with_gradient

__all__ = ["ContourSGLD", "Place", "State", "Trace", "batch_means_error", "bin_masses", "bin_of",
           "contour_step", "cyclic_lr", "cyclic_sgld", "effective_sample_size", "euler_law",
           "flattened", "gain", "importance_weights", "log_psi", "mean_field", "multiplier",
           "one_chain", "place", "published_fixed_point", "replica_exchange_sgld", "resample",
           "sample_share", "sgld", "sgld_step", "weighted_mean", "with_gradient"]
