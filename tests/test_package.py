"""The package as it is installed: built from this checkout, used far from it, without network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.page_server import running_page

ROOT = Path(__file__).parents[1]
WEIGHTS = {"config.json", "model.safetensors", "README.md", "metrics.json"}
INSIDE = "bgmatting/weights/shipped/mobilenetv2/"
OFFLINE = {"HF_HUB_OFFLINE": "1", "PYTHONPATH": "", "OMP_WAIT_POLICY": "PASSIVE"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@dataclass(frozen=True)
class Built:
    """A source distribution, and the wheel that was built from nothing else."""

    sdist: Path
    wheel: Path


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel, and whatever else the one of the tests has but its bgmatting.

    Attributes:
        folder: of the environment.
        cwd: a folder to work in; nothing of the checkout is above it.
    """

    folder: Path
    cwd: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def run(self, program: str, *arguments: object) -> str:
        """What a program of the environment's `bin` prints."""
        return run(self.folder / "bin" / program, *arguments, cwd=self.cwd)


def run(*command: object, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **OFFLINE},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def project_files() -> list[str]:
    """Of the checkout, as git knows them; the large weights, which no package has, left out."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout, to tell the project's files from others")
    listed = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [
        name
        for name in names.split("\0")
        if name and (ROOT / name).is_file() and not name.startswith("weights/resnet")
    ]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Built by pip and setuptools alone, from a copy: building leaves traces where it is done."""
    folder = tmp_path_factory.mktemp("built")
    source = folder / "source"
    for name in project_files():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, source / name)
    run(
        sys.executable, "-c", "from setuptools.build_meta import build_sdist; build_sdist('..')",
        cwd=source,
    )  # fmt: skip
    shutil.rmtree(source)
    (sdist,) = folder.glob("*.tar.gz")
    run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps",
        "--no-index", "--wheel-dir", ".", sdist, cwd=folder,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    return Built(sdist, wheel)


@pytest.fixture(scope="module")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    environment = Installed(folder / "env", folder / "elsewhere")
    environment.cwd.mkdir()
    venv.create(environment.folder)
    run(
        sys.executable, "-m", "pip", "--python", environment.python, "install", "--quiet",
        "--no-deps", "--no-index", built.wheel, cwd=folder,
    )  # fmt: skip
    # torch and the like from here: their folders' paths, without what editable installations add.
    ours = sysconfig.get_path("purelib", vars={"base": str(environment.folder)})
    theirs = {sysconfig.get_path(kind) for kind in ("purelib", "platlib")}
    Path(ours, "others.pth").write_text("\n".join(theirs) + "\n")
    return environment


@pytest.fixture(scope="module")
def pair(installed: Installed) -> tuple[Path, Path]:
    """A disc before a gradient, and the gradient."""
    y, x = np.mgrid[:180, :240]
    empty = np.stack([x, y, (x + y) // 2], axis=2).astype(np.uint8)
    source = empty.copy()
    source[(x - 120) ** 2 + (y - 90) ** 2 < 60**2] = (220, 60, 40)
    paths = installed.cwd / "disc.png", installed.cwd / "empty.png"
    for path, picture in zip(paths, (source, empty), strict=True):
        Image.fromarray(picture).save(path)
    return paths


def test_the_wheel_has_code_and_the_small_weights_and_nothing_else(built):
    with zipfile.ZipFile(built.wheel) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        for name in WEIGHTS:
            shipped = (ROOT / "weights" / "mobilenetv2" / name).read_bytes()
            assert wheel.read(INSIDE + name) == shipped
    print(f"\n{built.wheel.name}: {built.wheel.stat().st_size / 1e6:.1f} MB, {len(names)} files")
    assert {name.split("/")[0] for name in names} == {"bgmatting"}
    of_checkout = {name for name in project_files() if name.startswith("bgmatting/")}
    assert names == of_checkout | {INSIDE + name for name in WEIGHTS}
    assert not [name for name in names if "drawing" in name or name.endswith((".jpg", ".png"))]


def test_the_sdist_has_no_tests_and_the_weights_once(built):
    with tarfile.open(built.sdist) as sdist:
        names = [name.split("/", 1)[1] for name in sdist.getnames() if "/" in name]
    assert [name for name in names if name.startswith(("tests", "docs"))] == []
    weights = [name for name in names if name.endswith(".safetensors")]
    assert weights == ["weights/mobilenetv2/model.safetensors"]


@pytest.fixture(scope="module")
def by_python(installed: Installed, pair: tuple[Path, Path]) -> Path:
    """The cut-out that Python makes of the pair, all of it from the installed package."""
    code = """
import sys, bgmatting
from pathlib import Path
from bgmatting import Matter
matte = Matter.from_pretrained("mobilenetv2")(*sys.argv[1:])
matte.save("cutout.png")
print(Path(bgmatting.__file__).parent)
"""
    where = Path(installed.run("python", "-c", code, *pair).strip())
    assert where.is_relative_to(installed.folder)
    assert not where.is_relative_to(ROOT)
    return installed.cwd / "cutout.png"


def same(cutout: str | Path, other: Path) -> bool:
    return np.array_equal(np.asarray(Image.open(cutout)), np.asarray(Image.open(other)))


def test_from_python(by_python):
    alpha = np.asarray(Image.open(by_python))[..., 3]
    assert alpha[90, 120] > 240
    assert alpha[5, 5] < 15


def test_from_the_command_line(installed, pair, by_python, tmp_path):
    cutout = tmp_path / "cutout.png"
    said = installed.run("bgmatting", "cutout", *pair, "-o", cutout)
    assert said.split() == [str(cutout)]
    assert same(cutout, by_python)


def test_by_the_page(installed, pair, by_python, tmp_path):
    """It has no examples, and no place for them."""
    from gradio_client import Client, handle_file

    command = (installed.python, "-m", "bgmatting.demo")
    with running_page(tmp_path, cwd=installed.cwd, command=command, **OFFLINE) as server:
        client = Client(server.address, verbose=False, download_files=tmp_path / "downloads")
        cutout = client.predict(*map(handle_file, pair), api_name="/matte")[0]
        parts = {part["props"].get("elem_id") for part in client.config["components"]}
    assert same(cutout, by_python)
    assert {"source", "backbone"} <= parts
    assert "examples" not in parts
