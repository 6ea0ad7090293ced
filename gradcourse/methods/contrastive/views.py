"""Two views of one small image: shifted, noisy, with pixels missing."""

import torch
from torch import Tensor
from torch.nn.functional import pad

__all__ = ["augment"]


def augment(
    images: Tensor, *, strength: float = 1.0, side: int = 8,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Shift, disturb and thin out each image by chance.

    Args:
        images: square images as rows, (B, side^2), 0 (paper) to 1 (ink).
        strength: >= 0; at 1 shifts of up to 2 pixels each way with paper moving in, normal noise of
            0.1, and a tenth of the pixels set to 0; all in proportion, shifts rounded.
        side: pixels along an edge.
        generator: where chance comes from, on the CPU; None uses torch's own.

    Returns:
        One view of each, like images.

    Raises:
        ValueError: unless images are (B, side^2) and 0 <= strength <= 10.

    Example:
        >>> augment(torch.ones(3, 64), strength=0.0).sum()  # nothing happens
        tensor(192.)
    """
    if images.ndim != 2 or images.shape[1] != side**2:
        raise ValueError(f"images must be (B, {side**2}), got {tuple(images.shape)}")
    if not 0 <= strength <= 10:
        raise ValueError(f"strength must be in [0, 10], got {strength}")
    far, n, device = round(2 * strength), len(images), images.device
    moves = torch.randint(2 * far + 1, (2, n, 1), generator=generator).to(device)
    place = torch.arange(side, device=device) + moves  # (2, B, side)
    board = pad(images.reshape(n, side, side), (far,) * 4)
    each = torch.arange(n, device=device)[:, None, None]
    shifted = board[each, place[0][:, :, None], place[1][:, None, :]].reshape(n, -1)
    noise = torch.randn(images.shape, generator=generator).to(images)
    kept = torch.rand(images.shape, generator=generator).to(device) >= 0.1 * strength
    return (shifted + 0.1 * strength * noise) * kept
