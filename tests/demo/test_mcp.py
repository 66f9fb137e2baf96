"""The page as a tool for assistants."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from importlib.metadata import PackageNotFoundError

import pytest
from support.page_server import running_page

from bgmatting.demo import mcp


@pytest.fixture(autouse=True)
def no_switch(monkeypatch):
    monkeypatch.delenv(mcp.SWITCH, raising=False)


def _with(monkeypatch, installed):
    def version(name):
        assert name == "mcp"
        if installed is None:
            raise PackageNotFoundError(name)
        return installed

    wanted = ["pydantic>=2", 'mcp<2.0.0,>=1.21.0; extra == "mcp"']
    monkeypatch.setattr(mcp, "version", version)
    monkeypatch.setattr(mcp, "requires", lambda name: wanted)


@pytest.mark.parametrize(
    ("installed", "wanted"),
    [(None, None), ("1.20.0", None), ("1.21.0", True), ("1.30.1", True), ("2.3.0", None)],
)
def test_on_where_gradio_can_use_what_is_installed(monkeypatch, installed, wanted):
    _with(monkeypatch, installed)
    assert mcp.mcp_server() is wanted


@pytest.mark.parametrize("switch", ["True", "False"])
def test_gradio_s_own_switch_holds(monkeypatch, switch):
    _with(monkeypatch, "1.21.0")
    monkeypatch.setenv(mcp.SWITCH, switch)
    assert mcp.mcp_server() is None


def test_matte_is_the_only_tool(tmp_path):
    if mcp.mcp_server() is None:
        pytest.skip("needs the extra: pip install bgmatting[mcp]")
    with running_page(tmp_path, **{mcp.SWITCH: "True"}) as server:
        tools = _tools(f"{server.address}gradio_api/mcp/")
    assert [tool["name"].removeprefix("bgmatting_") for tool in tools] == ["matte"]
    assert {"source", "background", "backbone"} <= set(tools[0]["inputSchema"]["properties"])
    assert "without it" in tools[0]["description"]


def _tools(address: str) -> list[dict]:
    said = _ask(address, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    return said["result"]["tools"]


def _ask(address: str, question: dict) -> dict:
    request = urllib.request.Request(
        address,
        json.dumps(question).encode(),
        {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2025-06-18",
        },
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        said = answer.read().decode()
    data = next(line for line in said.splitlines() if line.startswith("data:"))
    return json.loads(data.removeprefix("data:"))
