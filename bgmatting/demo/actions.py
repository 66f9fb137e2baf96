"""What the page's buttons do, as plain functions: files in, files out, messages for users."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..errors import BgmattingError, InputError, is_out_of_memory
from . import texts
from .files import Store, safe_stem
from .results import IMAGES, Result, write_all, write_images
from .service import MAX_MEGAPIXELS, Service, Settings
from .uploads import Uploads

if TYPE_CHECKING:
    from ..imaging import Matte

log = logging.getLogger(__name__)
T = TypeVar("T")

# What browsers show as it is; of photos of other names they get a PNG.
SEEN = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".avif")


class Refused(Exception):
    """Something that cannot be done; its message is for the user, in plain text."""


def guarded(work: Callable[[], T]) -> T:
    """Do something; whatever goes wrong becomes one sentence, and the rest goes to the log.

    Raises:
        Refused: it went wrong.
    """
    try:
        return work()
    except BgmattingError as error:
        log.info("refused: %s", error)
        raise Refused(str(error)) from None
    except Exception as error:
        log.exception("a request failed")
        raise Refused(texts.NO_MEMORY if is_out_of_memory(error) else texts.OUR_FAULT) from None


def check_pair(source: str | None, background: str | None) -> tuple[Path, Path]:
    """Both photos' files.

    Raises:
        InputError: one or both are missing, or were deleted meanwhile.
    """
    if source is None or background is None:
        raise InputError(texts.missing(source, background))
    paths = Path(source), Path(background)
    if not all(path.is_file() for path in paths):  # deleted while this waited for its turn
        raise InputError(texts.NOT_GIVEN)
    return paths


def answer(
    service: Service,
    store: Store,
    source: str | None,
    background: str | None,
    backbone: str,
    settings: Settings | None = None,
) -> list[str]:
    """Files of the four images for a pair of files: what programs get.

    Raises:
        Refused: a sentence for the user, whatever went wrong.
    """

    def work() -> list[str]:
        photos = check_pair(source, background)
        matte = service.matte(*photos, backbone, settings or Settings())
        folder = store.new_folder()
        result = write_images(matte, folder, safe_stem(photos[0]))
        store.register(folder)
        return [str(result.file(kind)) for kind in IMAGES]

    return guarded(work)


def show(
    service: Service,
    store: Store,
    source: str | None,
    background: str | None,
    backbone: str,
    settings: Settings,
) -> tuple[Matte, Result]:
    """A matte and all its files: what the page shows.

    Raises:
        Refused: as `answer`.
    """

    def work() -> tuple[Matte, Result]:
        photos = check_pair(source, background)
        matte = service.matte(*photos, backbone, settings)
        folder = store.new_folder()
        result = write_all(matte, folder, safe_stem(photos[0]))
        store.register(folder)
        return matte, result

    return guarded(work)


def viewable(uploads: Uploads, photo: str | None) -> str | None:
    """A photo as browsers can show it: the file itself, or a PNG of it beside it.

    What cannot be read is left to `answer` and `show` to refuse.
    """
    if photo is None or Path(photo).suffix.lower() in SEEN:
        return photo
    from ..imaging import read_photo
    from ..imaging.photos.writing import save_png

    path = uploads.place_beside(Path(photo), f"{safe_stem(photo)}.png")
    if path.is_file():
        return str(path)
    try:
        save_png(read_photo(photo, max_megapixels=MAX_MEGAPIXELS), path)
    except BgmattingError as error:
        log.info("not shown: %s", error)
        return photo
    uploads.keep_beside(path, Path(photo))
    return str(path)


def from_result(store: Store, result: Result | None, make: Callable[[Result], Path]) -> str:
    """One more file made out of a result that is there already.

    Raises:
        Refused: as `answer`, or there is no result (any more).
    """

    def work() -> str:
        if result is None:
            raise InputError(texts.NEEDS_RESULT)
        if not result.file("cutout").is_file():
            raise InputError(texts.RESULT_GONE)
        path = make(result)
        store.register(result.folder)
        return str(path)

    return guarded(work)
