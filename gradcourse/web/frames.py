"""Frames of a panel for a page without a kernel: one picture, and what changes on it.

The first slider is the one that moves.  The opening frame is a whole picture; every other frame
holds only the pixels that differ from it, all drawn with the same few colours, so that twenty
settings weigh about as much as three pictures.
"""

import hashlib
import io
import json
import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from gradcourse.pictures.panel import Panel, Slider
from gradcourse.pictures.style import BASELINE, BASELINE2, EXTRA, FAILURE, METHOD, REPAIRED

STOPS = 21  # settings of the main slider, at most
COLOURS = 48  # of a panel's palette
HOUSE = ("#FFFFFF", "#000000", METHOD, BASELINE, BASELINE2, FAILURE, REPAIRED, *EXTRA)
FLAT = 16  # of them the commonest, kept to the bit
BUSY = 2 / 3  # a panel too busy for ``MOST`` is drawn with so many of its pixels a side
MOST = 300_000  # bytes of a panel, all its frames together


class Frame(NamedTuple):
    """One setting: how the slider names it, what the picture shows, and its pixels as WebP."""

    value: str
    says: str
    image: bytes


class Frames(NamedTuple):
    """A panel drawn at every stop of its main slider; ``opening`` counts to the first shown."""

    slider: Slider
    opening: int
    width: int  # pixels
    height: int
    wide: int  # pixels of a live frame, of which a busy panel has fewer
    frames: list[Frame]

    @property
    def size(self) -> int:
        """Bytes of all frames."""
        return sum(len(frame.image) for frame in self.frames)


def frames(panel: Panel, stops: int = STOPS) -> Frames:
    """Draw a panel over its first slider; the others stay where the panel opens.

    Args:
        panel: a panel of ``gradcourse.pictures``.
        stops: how many settings, at most; fewer when they would not fit into ``MOST`` bytes.

    Returns:
        Its frames, together at most ``MOST`` bytes.

    Raises:
        ValueError: not even five settings fit.
    """
    slider = panel.sliders[0]
    values = settings(slider, stops)
    looks = [panel.look(**{slider.name: value}) for value in values]
    pictures = [Image.open(io.BytesIO(png)).convert("RGB") for png, _ in looks]
    opening, wide = values.index(slider.start), pictures[0].width
    images = differences(pictures, opening)
    if sum(map(len, images)) > MOST:
        pictures = [_smaller(picture) for picture in pictures]
        images = differences(pictures, opening)
    names = [_named(slider, value) for value in values]
    shown = [Frame(name, says, image)
             for name, (_, says), image in zip(names, looks, images, strict=True)]
    found = Frames(slider, opening, *pictures[0].size, wide, shown)
    if found.size <= MOST:
        return found
    if stops <= 5:
        raise ValueError(f"five frames of {type(panel).__name__} weigh {found.size} bytes, "
                         f"more than {MOST}")
    return frames(panel, max(5, min(stops - 2, stops * MOST // found.size)))


def kept(panel: Panel, sources: Iterable[Path], folder: Path) -> Frames:
    """Return a panel's frames, drawn only if none of the files behind them changed.

    Args:
        panel: the panel.
        sources: the files that its frames rest on.
        folder: where frames are kept between builds.
    """
    digest = hashlib.sha256(json.dumps([panel.alt, panel.start()]).encode())
    for path in sorted({*sources, Path(__file__)}):
        digest.update(path.read_bytes())
    file = folder / f"{digest.hexdigest()[:24]}.pickle"
    if file.is_file():
        return pickle.loads(file.read_bytes())
    drawn = frames(panel)
    folder.mkdir(parents=True, exist_ok=True)
    file.write_bytes(pickle.dumps(drawn))
    return drawn


def settings(slider: Slider, stops: int) -> list[float]:
    """Return even settings from one end to the other, the start among them.

    Example:
        >>> settings(Slider("n", "n", 1, 80, 1, 1), 5)
        [1, 21, 41, 60, 80]
    """
    ends = np.log10([slider.low, slider.high]) if slider.log else (slider.low, slider.high)
    values = [_plain(slider, place) for place in np.linspace(*ends, stops).tolist()]
    values = [min(max(v, slider.low), slider.high) for v in values]
    nearest = min(range(len(values)), key=lambda i: _apart(slider, values[i]))
    if 0 < nearest < len(values) - 1:
        values[nearest] = slider.start
    return sorted({*values, slider.start})


def differences(pictures: list[Image.Image], opening: int) -> list[bytes]:
    """Encode pictures of one size: the opening whole, the others where they differ from it."""
    codes = [_codes(np.asarray(picture.convert("RGB"))) for picture in pictures]
    palette = _palette(codes[:: max(1, len(codes) // 3)])
    first, encoded = codes[opening], []
    for number, picture in enumerate(codes):
        if number == opening:
            image = palette[_nearest(picture.ravel(), palette)].reshape(*picture.shape, 3)
        else:
            seen = picture != first
            image = np.zeros((*seen.shape, 4), np.uint8)
            image[seen, :3] = palette[_nearest(picture[seen], palette)]
            image[seen, 3] = 255
        encoded.append(webp(Image.fromarray(image)))
    return encoded


def webp(image: Image.Image) -> bytes:
    """Encode a picture without loss."""
    file = io.BytesIO()
    plain = image.convert("RGB") if _opaque(image) else image
    plain.save(file, "WEBP", lossless=True, quality=50, method=3)
    return file.getvalue()


def _codes(pixels: np.ndarray) -> np.ndarray:
    """Return each colour as one number."""
    red, green, blue = (pixels[..., i].astype(np.int32) for i in range(3))
    return red << 16 | green << 8 | blue


def _colours(codes: np.ndarray) -> np.ndarray:
    return np.stack([codes >> 16, codes >> 8 & 255, codes & 255], -1)


def _palette(pictures: list[np.ndarray]) -> np.ndarray:
    """Choose the colours of all frames: the course's own, the commonest, and some between."""
    sheet = np.vstack(pictures)[::2]
    codes, counts = np.unique(sheet, return_counts=True)
    flat = _colours(codes[counts.argsort()[::-1][:FLAT]])
    between = Image.fromarray(_colours(sheet).astype(np.uint8)).quantize(COLOURS)
    chosen = [*map(_rgb, HOUSE), *map(tuple, flat.tolist()), *_triples(between.getpalette())]
    return np.array(list(dict.fromkeys(chosen)), np.uint8)


def _nearest(codes: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Return for each colour the number of the nearest one."""
    known, place = np.unique(codes, return_inverse=True)
    colours = _colours(known)
    best, least = np.zeros(len(known), np.intp), np.full(len(known), np.iinfo(np.int32).max)
    for number, colour in enumerate(palette.astype(np.int32)):
        apart = ((colours - colour) ** 2).sum(-1)
        closer = apart < least
        best[closer], least[closer] = number, apart[closer]
    return best[place]


def _rgb(colour: str) -> tuple[int, int, int]:
    return tuple(bytes.fromhex(colour.lstrip("#")))


def _triples(values: list[int]) -> list[tuple]:
    return list(zip(*[iter(values)] * 3, strict=True))


def _smaller(picture: Image.Image) -> Image.Image:
    size = tuple(round(side * BUSY) for side in picture.size)
    return picture.resize(size, Image.Resampling.LANCZOS)


def _opaque(image: Image.Image) -> bool:
    return image.mode != "RGBA" or image.getextrema()[3][0] == 255


def _plain(slider: Slider, place: float) -> float:
    """Return the setting at a place of the slider, as round as its steps are."""
    if slider.log:
        return float(f"{10**place:.2g}")
    value = slider.low + round((place - slider.low) / slider.step) * slider.step
    return value if isinstance(value, int) else float(f"{value:.6g}")


def _apart(slider: Slider, value: float) -> float:
    place = np.log10 if slider.log else float
    return abs(float(place(value)) - float(place(slider.start)))


def _named(slider: Slider, value: float) -> str:
    return f"{value:.3g} {slider.unit}".rstrip()
