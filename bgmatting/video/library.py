"""PyAV, which reads and writes clips by way of FFmpeg's libraries; an extra of the package."""

from __future__ import annotations

from ..errors import InputError

try:
    import av
except ImportError as error:
    raise InputError(
        "clips need PyAV, which is not installed: install bgmatting with its extra "
        "(pip install 'bgmatting[video]')"
    ) from error

from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

__all__ = ["ColorRange", "Colorspace", "Interpolation", "VideoReformatter", "av"]

# FFmpeg writes to stderr what it thinks of files; what matters is raised and said in sentences.
av.logging.set_level(None)

# Exact to a level: swscale's quick ways are off by up to three.
EXACT = (
    Interpolation.BICUBIC
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
)
