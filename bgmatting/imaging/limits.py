"""What size and shape photos may have."""

from __future__ import annotations

MAX_MEGAPIXELS = 100.0  # of what is read where nobody says otherwise
LONGEST_SIDE = 65_535  # pixels; what JPEG has room for
MAX_ASPECT = 100  # the longer side by the shorter: no panorama is as long
MIN_SIDE = 16  # pixels; the network halves its input four times
