"""Contrastive losses: pull two views of one thing together, push all strangers away.

Two views i and i+ of each of N things become directions z. With s_ij = cos theta_ij = z_i . z_j, a
logit l_ij for each cosine, and the partner among the j,

    loss_i  = -log P_i+,   P_ij = e^{l_ij} / sum_k e^{l_ik}                 (6.1)

The usual logit stretches the cosine by a temperature; the temperature-free one is its log-odds:

    l       = s / tau                                                      (6.2)
    l       = alpha log((1 + s) / (1 - s)) = 2 alpha artanh s              (6.3)

with alpha = 1. So the weight of a pair at distance d = |z - z'| is a power of the distance:

    e^l     = cot^{2 alpha}(theta / 2) = (4 / d^2 - 1)^alpha                (6.4)

Gradients, with phi' the slope of the logit:

    dL/ds_+ = -(1 - P_+) phi'(s_+),   dL/ds_j = P_j phi'(s_j)              (6.5)
    phi'    = 1 / T(s),   T(s) = (1 - s^2) / (2 alpha)                     (6.6)
    pull    = (1 - P_+) phi'(s_+) sin theta_+                              (6.7)

(6.7) is what turns a pair: its gradient by the angle. It halves where P_+ = 1/2, at the cosine

    s*      = tau log sum_j e^{s_j / tau}                                  (6.8)
    s*      = tanh(log sum_j r_j^alpha / (2 alpha)),  r = (1 + s)/(1 - s)   (6.9)
    s*      = tau log(N - 1) + 1 / (2 d tau), strangers at random           (6.10)

and never if that exceeds 1. What a trained batch looks like:

    align   = mean |z_i - z_i+|^2                                          (6.11)
    uniform = log mean_{i < j} e^{-2 |z_i - z_j|^2}                        (6.12)

A temperature can also be learnt, through its logarithm, and kept above a least value:

    tau     = max(e^{log tau}, least)                                      (6.13)

Limits: alpha matches tau = 1 / (2 alpha) for small cosines; tau -> inf gives log N.

Source: B. J. Kim, S. W. Kim, arXiv 2501.17683, 2025 (6.3); A. van den Oord, Y. Li, O. Vinyals,
2018, and T. Chen and others, 2020 (6.2); T. Wang, P. Isola, 2020 (6.11, 6.12); A. Radford and
others, 2021 (6.13).
Differs from the source: alpha; (6.4) and (6.8) to (6.10) are worked out here.
"""

from gradcourse.methods.contrastive.embeddings import (
    alignment,
    neighbour_accuracy,
    probe_accuracy,
    uniformity,
)
from gradcourse.methods.contrastive.logits import learnt_temperature, local_temperature, log_odds
from gradcourse.methods.contrastive.losses import info_nce, nt_xent, temperature_free
from gradcourse.methods.contrastive.pairs import pair_loss
from gradcourse.methods.contrastive.ranks import gather_rows
from gradcourse.methods.contrastive.release import pull, release_at_random, release_cosine
from gradcourse.methods.contrastive.views import augment

__all__ = ["alignment", "augment", "gather_rows", "info_nce", "learnt_temperature",
           "local_temperature", "log_odds", "neighbour_accuracy", "nt_xent", "pair_loss",
           "probe_accuracy", "pull", "release_at_random", "release_cosine", "temperature_free",
           "uniformity"]
