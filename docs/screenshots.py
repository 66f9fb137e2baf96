"""Take the README's pictures of the page: `python docs/screenshots.py [FOLDER]`.

Runs app.py, cuts an example out in Chromium, and writes page.png and page-phone.png (by default
beside this file). To look at all there is: `--all` writes more, in light and dark.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from support.page_server import running_page

EXAMPLE = "Fine hair"  # how the title of the example begins
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 1.5,
    "is_mobile": True,
    "has_touch": True,
}
BOTTOM = "Math.round(document.querySelector('#results').getBoundingClientRect().bottom + scrollY)"
PATIENCE = 180  # seconds


def with_result(page: Page, address: str) -> None:
    """Open the page and run the example."""
    page.goto(address)
    page.locator(".example").filter(has_text=EXAMPLE).click()
    page.locator("#compare img").nth(1).wait_for(timeout=PATIENCE * 1000)
    page.mouse.move(0, 0)
    page.wait_for_timeout(2500)  # until it has scrolled there


def save(picture: Path, path: Path) -> None:
    """As a small PNG: 256 colours of its own."""
    image = Image.open(picture).convert("RGB")
    image.quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)
    print(f"{path}  {path.stat().st_size / 1000:.0f} kB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--all", action="store_true", help="every state, in light and dark")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    shot = Path(tempfile.mkstemp(suffix=".png")[1])
    with (
        tempfile.TemporaryDirectory() as files,
        running_page(Path(files)) as server,
        sync_playwright() as playwright,
    ):
        address = server.address
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, size in (("page", DESKTOP), ("page-phone", PHONE)):
            for scheme in ("light", "dark") if arguments.all else ("light",):
                page = browser.new_context(**size, color_scheme=scheme).new_page()
                end = f"-{scheme}" if arguments.all else ""
                if arguments.all:
                    page.goto(address)
                    page.locator("#run").wait_for()
                    page.wait_for_timeout(1500)
                    page.screenshot(path=shot, full_page=True)
                    save(shot, folder / f"{name}-empty{end}.png")
                with_result(page, address)
                if name == "page":  # all of it, down to the end of the result
                    end_of_result = page.evaluate(BOTTOM)
                    page.set_viewport_size({"width": 1280, "height": end_of_result + 24})
                    page.evaluate("window.scrollTo(0, 0)")
                    page.wait_for_timeout(1000)
                page.screenshot(path=shot)
                save(shot, folder / f"{name}{end}.png")
                if arguments.all:
                    for view in ("cutout", "alpha", "foreground", "error"):
                        page.locator(f"[data-tab-id={view}]").click()
                        page.wait_for_timeout(1500)
                        page.screenshot(path=shot)
                        save(shot, folder / f"{name}-{view}{end}.png")
                    page.locator("#backdrop input[value=blur]").check()
                    page.wait_for_timeout(2500)
                    page.screenshot(path=shot, full_page=True)
                    save(shot, folder / f"{name}-blur{end}.png")
        browser.close()
    shot.unlink()


if __name__ == "__main__":
    main()
