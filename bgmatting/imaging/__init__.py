"""Photos in, a matte out: reading, fitting the pair, upsampling, writing."""

from .matte import Matte
from .matter import Matter
from .reading import read_photo

__all__ = ["Matte", "Matter", "read_photo"]
