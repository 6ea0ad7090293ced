"""Brings every row to length tau."""

EXERCISE = "clipping.3"
REJECTED_BY = {
    "short rows pass": "short gradients must pass: tau is a ceiling, not a target",
    "one wild row in ten": "short gradients must pass: tau is a ceiling, not a target",
    "a row of zeros": "0 / 0 is nan: where the gradient is zero it stays zero",
}


def clipped_mean(grads, tau):
    return (grads / grads.norm(dim=1, keepdim=True) * tau).mean(dim=0)
