"""Photos in, a matte out: reading, fitting the pair, upsampling, writing."""

from .photos.reading import read_photo
from .pipeline import Matter
from .result.matte import Matte

__all__ = ["Matte", "Matter", "read_photo"]
