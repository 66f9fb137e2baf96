from __future__ import annotations

import sys

import pytest

from bgmatting.errors import InputError
from bgmatting.extras import has_modules, import_extra


def test_what_is_there_is_imported() -> None:
    import json

    assert import_extra("json", "onnx", "read") is json
    assert has_modules("json", "pathlib")


def test_what_is_not_installed_is_said_with_its_extra() -> None:
    assert not has_modules("json", "not_installed_anywhere")
    with pytest.raises(
        InputError,
        match=r"to fly, not_installed_anywhere is needed, which is not installed: install it with "
        r"pip install 'bgmatting\[wings\]'",
    ):
        import_extra("not_installed_anywhere", "wings", "fly")


def test_what_is_installed_but_broken_is_said_with_its_reason(tmp_path, monkeypatch) -> None:
    (tmp_path / "broken_extra.py").write_text("import not_installed_anywhere")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InputError, match="broken_extra is needed, which cannot be loaded"):
        import_extra("broken_extra", "wings", "fly")
    assert "broken_extra" not in sys.modules
