"""Two readings of one vague claim, and the controls that a test of it needs.

The claim ("contextually entangled gradient mapping") gives one equation and leaves open what it
means. Hidden states h of T tokens are the context C, and G is the gradient of the mean loss L with
respect to them. Read as a regulariser, with a kernel κ that is the inner product or the cosine:

    E(C, G) = mean over tokens of κ(C_t, B T G_t)                           (8.1)
    L_total = L + lam E                                                     (8.2)

Read as a gradient mapping, which leaves the forward pass alone, after each block:

    A = softmax(Ĉ Ĉᵀ / sqrt d), Ĉ the layer-normalised rows of C            (8.3)
    G ↦ G + lam (A - I) G                                                   (8.4)

lam < 0 is the opposite sign of either. For the inner product, and for it alone, (8.2) is a shift
in the forward pass, with M any fixed matrix, up to terms of order lam²:

    L(h) + lam <M h, G> = L(h'), h' = h + lam M h                           (8.5)

And h that is read through a norm only has <h, G> = 0, so that E vanishes by construction.

Limits: lam = 0 is plain training, bit for bit; mix="none" is a rescaled gradient, which Adam
does not feel.

Source: the abstract of "Contextually Entangled Gradient Mapping", 2025, which gives (8.2) with an
unnamed kernel and no code.
Differs from the source: all that it leaves open is chosen here: κ, the layer, what G is, both
signs, a constant lam, that E is differentiated through G, and the whole of (8.3) and (8.4).
"""

from gradcourse.methods.entangled.controls import forward_shift, sampled_labels, shuffled
from gradcourse.methods.entangled.readings import (
    entangle_gradients,
    entanglement,
    fused_gradient,
    mapped_gradient,
    mixing,
)
from gradcourse.methods.entangled.trial import Reading, Trace, hidden_states, nats, train

__all__ = ["Reading", "Trace", "entangle_gradients", "entanglement", "forward_shift",
           "fused_gradient", "hidden_states", "mapped_gradient", "mixing", "nats",
           "sampled_labels", "shuffled", "train"]
