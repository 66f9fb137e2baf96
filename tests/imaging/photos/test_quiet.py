"""Of damaged TIFF files nothing is said but our sentence."""

from __future__ import annotations

import io
import random
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bgmatting.errors import PhotoError
from bgmatting.imaging import read_photo


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"])
def test_damaged_tiff_files(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], compression: str
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "TIFF", compression=compression)
    whole, path, damaged = file.getvalue(), tmp_path / "a.tif", 0
    with warnings.catch_warnings():
        warnings.resetwarnings()  # those that pytest sets up itself
        warnings.filterwarnings("ignore", module=r"PIL\.TiffImagePlugin")
        for seed in range(60):
            drawn = random.Random(seed)
            content = bytearray(whole)
            for _ in range(3):
                content[-1 - drawn.randrange(260)] = drawn.randrange(256)
                content[8 + drawn.randrange(100)] ^= 0x5A
            path.write_bytes(content)
            try:
                read_photo(path)
            except PhotoError:
                damaged += 1
    assert damaged
    assert capfd.readouterr() == ("", "")
