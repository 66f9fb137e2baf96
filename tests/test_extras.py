from __future__ import annotations

import subprocess
import sys

import pytest

from bgmatting import extras
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


def test_openvino_is_imported_without_its_telemetry() -> None:
    if not has_modules("openvino"):
        pytest.skip("needs the extra openvino")
    code = """
import subprocess
import sys
from bgmatting.extras import import_extra
openvino = import_extra("openvino", "openvino", "run")
from openvino.tools.ovc import convert_impl, telemetry_utils
assert openvino.convert_model
print([name for name in sys.modules if name.startswith("openvino_telemetry")])
print({module.tm.__name__ for module in (convert_impl, telemetry_utils)})
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=250
    )
    assert done.stdout.splitlines() == ["[]", "{'openvino.tools.ovc.telemetry_stub'}"], done.stderr


def test_what_is_hidden_is_there_again_afterwards(tmp_path, monkeypatch) -> None:
    (tmp_path / "watching_extra.py").write_text("")
    (tmp_path / "watched_extra.py").write_text(
        "FOUND = True\ntry:\n    import watching_extra\nexcept ImportError:\n    FOUND = False\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(extras.TELEMETRY, "watched_extra", "watching_extra")
    assert import_extra("watched_extra", "wings", "fly").FOUND is False
    assert has_modules("watching_extra")
    assert __import__("watching_extra")
