"""A bank: soft subjects drawn once into a folder, for training to compose from.

Each picture follows from the seed, its family and its number alone. So a bank that was broken off
goes on where it stopped, and a larger one is the smaller one and more.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
import zlib
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ....errors import InputError, OutputError, PhotoError
from ....imaging.photos.pictures import read_cutout
from ....imaging.photos.writing import save_png
from ..assets import list_cutouts
from . import FAMILIES

LEAST_SIDE = 32  # pixels; below, there is no room for strands


@dataclass(frozen=True)
class Picture:
    """One picture of a bank that is still to be drawn.

    Attributes:
        family: a key of `FAMILIES`.
        number: of this picture within its family.
        seed: of the bank.
        side: in pixels.
        path: where it belongs.
        people: RGBA pictures, of which one is drawn, for the families that grow on people.
    """

    family: str
    number: int
    seed: int
    side: int
    path: Path
    people: tuple[Path, ...] = ()

    def draw(self) -> NDArray[np.uint8]:
        """(side, side, 4) uint8, straight RGBA.

        Raises:
            InputError: a person to grow on cannot be read, or none has a head that is seen.
        """
        # Not hash(), which differs from process to process.
        rng = np.random.default_rng((self.seed, zlib.crc32(self.family.encode()), self.number))
        family = FAMILIES[self.family]
        if family.on_people:
            return family.draw(rng, self.side, _drawn(rng, self.people))
        return family.draw(rng, self.side)


def _drawn(rng: np.random.Generator, files: Sequence[Path]) -> Iterator[NDArray[np.uint8]]:
    """Endlessly, one of the pictures, (h, w, 4) uint8."""
    while True:
        file = files[int(rng.integers(len(files)))]
        try:
            yield read_cutout(file)
        except PhotoError as error:
            raise InputError(f"{file} cannot be read ({error}): take it away") from None


def plan(
    out: Path,
    count: int,
    *,
    side: int = 512,
    seed: int = 0,
    families: Collection[str] = (),
    people: Sequence[Path] = (),
) -> tuple[list[Picture], int]:
    """What a bank of `count` pictures still lacks.

    Args:
        out: folder of the bank; each family has one of its own in it.
        count: pictures in all, shared out as `FAMILIES` says.
        side: of each picture, in pixels.
        seed: of the bank; others may lie in the same folder.
        families: which to draw, default all; those that grow on people only with `people`.
        people: folders of RGBA pictures.

    Returns:
        The pictures to draw, families taking turns, and how many are there already.

    Raises:
        InputError: a family is not known, has no people to grow on, a folder holds no cut-out
            people, or the side is too small.
        OutputError: `out` is not a folder.
    """
    if side < LEAST_SIDE:
        raise InputError(f"a side of {side} pixels is too small: expected at least {LEAST_SIDE}")
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is not a folder: choose another name for the bank")
    cutouts = tuple(list_cutouts(people))
    numbers = _shared_out(_chosen(families, bool(cutouts)), count)
    pictures = [
        Picture(
            name, number, seed, side, out / name / f"{name}-{seed}-{number:05d}.png",
            cutouts if FAMILIES[name].on_people else (),
        )
        for name, total in numbers.items()
        for number in range(total)
    ]  # fmt: skip
    # In turns, so that also a part of a bank has something of all.
    pictures.sort(key=lambda picture: (picture.number + 0.5) / numbers[picture.family])
    missing = [picture for picture in pictures if not picture.path.exists()]
    return missing, len(pictures) - len(missing)


def draw_all(pictures: Sequence[Picture], workers: int) -> Iterator[Path]:
    """Draw pictures in processes of one thread each; yields each path once it is written.

    Ctrl-C ends it once the pictures that are being drawn are written.

    Raises:
        InputError: as `Picture.draw`.
        OutputError: a picture cannot be written.
    """
    # Not forked: a process that has threads (OpenCV's, torch's) may hang as a fork.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_settle_worker)
    waiting = iter(pictures)
    running: set[Future[Path]] = set()
    try:
        while True:
            with _ctrl_c_held_back():
                free = 2 * workers - len(running)
                running |= {pool.submit(_draw, picture) for picture in islice(waiting, free)}
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _draw(picture: Picture) -> Path:
    try:
        return save_png(picture.draw(), picture.path)
    except OutputError:
        if picture.path.is_file():  # another process that draws the same bank was faster
            return picture.path
        raise


@contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """Ctrl-C waits until the end; processes that start in here never get it.

    The terminal sends it to all of them, but it is for the parent to heed.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _settle_worker() -> None:
    """One thread; and not to outlive the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(0)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)  # unwritten pictures stay under their temporary names


def _chosen(families: Collection[str], with_people: bool) -> dict[str, float]:
    """Name -> share of the families to draw."""
    for name in families:
        if name not in FAMILIES:
            raise InputError(f"no family {name!r}: expected some of {', '.join(FAMILIES)}")
        if FAMILIES[name].on_people and not with_people:
            raise InputError(f"{name} grows on people: give a folder of RGBA pictures of some")
    return {
        name: family.share
        for name, family in FAMILIES.items()
        if (name in families if families else with_people or not family.on_people)
    }


def _shared_out(shares: dict[str, float], count: int) -> dict[str, int]:
    """How many of `count` each gets; each at least one, and never fewer of a larger count."""
    total = sum(shares.values())
    return {name: max(1, round(count * share / total)) for name, share in shares.items()}
