"""What size photos may have."""

from __future__ import annotations

MAX_MEGAPIXELS = 100.0  # of what is read where nobody says otherwise
MIN_SIDE = 16  # pixels; the network halves its input four times
