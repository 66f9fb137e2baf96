"""The command as a whole: help, wrong usage, and what is said when something fails."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from bgmatting.cli import main
from bgmatting.cli.group import LazyGroup
from bgmatting.errors import WeightsError
from bgmatting.model import BACKBONES


def test_help_lists_the_commands(cli):
    done = cli("--help")
    assert done.returncode == 0
    for name in ("cutout", "folder", "convert", "publish"):
        assert name in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("command", ["cutout", "folder"])
def test_help_of_a_command_has_examples_and_every_backbone(cli, command):
    done = cli(command, "--help")
    assert done.returncode == 0
    assert "Examples:" in done.stdout
    assert f"bgmatting {command} " in done.stdout
    for backbone in BACKBONES:
        assert backbone in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        *([name, "--help"] for name in ("cutout", "folder", "evaluate", "train", "publish")),
    ],
)
def test_help_does_not_wait_for_torch(arguments):
    code = (
        "import sys\nfrom bgmatting.cli import main\n"
        f"try: main({arguments})\nexcept SystemExit: pass\n"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_every_listed_command_is_there():
    from bgmatting.cli import bgmatting

    assert isinstance(bgmatting, LazyGroup)
    for name in bgmatting.list_commands(None):
        assert bgmatting.get_command(None, name).name == name


def test_version(cli):
    import bgmatting

    done = cli("--version")
    assert done.returncode == 0
    assert bgmatting.__version__ in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cutuot"], "cutuot"),
        (["cutout", "photo.jpg"], "BACKGROUND"),
        (["cutout", "a", "b", "--backbone", "vgg"], "mobilenetv2, resnet50, resnet101"),
        (["cutout", "a", "b", "--backbone", "resnet50", "--weights", "w"], "exclude"),
        (["cutout", "a", "b", "--save", "alpha,shadow"], "'shadow'"),
        (["cutout", "a", "b", "--size", "big"], "'big'"),
        (["cutout", "a", "b", "--size", "0"], "'0'"),
        (["cutout", "a", "b", "--bits", "12"], "12"),
        (["cutout", "a", "b", "--backdrop", "no-such-colour"], "neither a colour"),
        (["cutout", "a.jpg", "b.jpg", "-o", "out.jpg"], ".png"),
    ],
)
def test_wrong_usage_is_status_2(capsys, arguments, said):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    streams = capsys.readouterr()
    assert said in streams.err
    assert streams.out == ""


def test_names_of_backbones_are_completed():
    from bgmatting.cli.options import BackboneName

    assert [item.value for item in BackboneName().shell_complete(None, None, "res")] == [
        name for name in BACKBONES if name.startswith("res")
    ]


@pytest.fixture
def loading(monkeypatch):
    """What is asked of `from_pretrained`, which then fails."""
    from bgmatting import Matter, MattingBase

    asked = []

    def load(name, **options):
        asked.append((name, options))
        raise WeightsError("that is all")

    monkeypatch.setattr(Matter, "from_pretrained", load)
    monkeypatch.setattr(MattingBase, "from_pretrained", load)
    return asked


@pytest.mark.parametrize("force", [(), ("--force-download",)])
@pytest.mark.parametrize("command", ["cutout", "folder", "evaluate"])
def test_weights_are_fetched_as_told(quick_cli, loading, pair, pairs, tmp_path, command, force):
    arguments = {
        "cutout": [*pair, "--weights", "alice/mine"],
        "folder": [pair[0].parent, pair[1], tmp_path / "out", "--weights", "alice/mine"],
        "evaluate": ["alice/mine", pairs],
    }[command]
    done = quick_cli(command, *arguments, *force)
    assert (done.returncode, done.stderr) == (1, "bgmatting: that is all\n")
    [(name, options)] = loading
    assert (name, options["force_download"]) == ("alice/mine", bool(force))


@pytest.mark.parametrize("start", ["--from", "--teacher"])
def test_what_training_starts_from_is_fetched_again(quick_cli, loading, start):
    options = ("--backbone", "resnet50", "--out", "run", "--cpu", start, "alice/mine")
    done = quick_cli("train", *options, "--force-download")
    assert (done.returncode, done.stderr) == (1, "bgmatting: that is all\n")
    assert loading == [("alice/mine", {"force_download": True})]


def test_a_folder_that_was_not_meant_is_told_of_in_one_line(quick_cli, pair, weights, tmp_path):
    shutil.copytree(weights, tmp_path / "mobilenetv2")
    done = quick_cli("cutout", *pair, "--backbone", "mobilenetv2", "--size", "64")
    assert done.returncode == 0, done.stderr
    [said] = [line for line in done.stderr.splitlines() if "./mobilenetv2" in line]
    assert said.startswith("bgmatting: mobilenetv2 is a backbone's name")
    done = quick_cli("cutout", *pair, "--weights", "./mobilenetv2", "--overwrite")
    assert done.returncode == 0, done.stderr
    assert "backbone's name" not in done.stderr


def test_a_lack_of_memory_is_one_sentence(quick_cli, monkeypatch, pair):
    def fail(*_, **__):
        raise MemoryError

    monkeypatch.setattr("bgmatting.cli.results.check_writable", fail)
    done = quick_cli("cutout", *pair)
    assert done.returncode == 1
    assert done.stderr.startswith("bgmatting: not enough memory")


def test_the_unexpected_is_one_sentence(capsys, monkeypatch, pair):
    def fail(*_, **__):
        raise RuntimeError("a cable is loose")

    monkeypatch.setattr("bgmatting.cli.results.check_writable", fail)
    with pytest.raises(SystemExit) as stop:
        main(["cutout", *map(str, pair)])
    assert stop.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("bgmatting: ")
    assert said.count("\n") == 1
    assert "a cable is loose" in said
    assert "--debug" in said


def test_debug_shows_the_traceback(capsys, monkeypatch, pair):
    def fail(*_, **__):
        raise RuntimeError("a cable is loose")

    monkeypatch.setattr("bgmatting.cli.results.check_writable", fail)
    with pytest.raises(SystemExit) as stop:
        main(["--debug", "cutout", *map(str, pair)])
    assert stop.value.code == 1
    assert "Traceback" in capsys.readouterr().err
