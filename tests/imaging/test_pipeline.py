from __future__ import annotations

import copy
import dataclasses
import multiprocessing
import pickle
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest
import torch
from PIL import Image

import bgmatting
from bgmatting.errors import InputError, OutOfMemoryError, OutputError, PairError, PhotoError
from bgmatting.imaging import Matte, Matter
from bgmatting.imaging.engines.torch_engine import TorchEngine
from bgmatting.model import MattingNetwork

RED = (220, 30, 30)


@pytest.fixture
def pair(rng, disk, laid_over):
    """Source and background, 150 x 200, and the alpha between them."""
    alpha = disk(150, 200, 90, 70, 40)
    background = rng.integers(60, 200, (150, 200, 3)).astype(np.uint8)
    return laid_over(RED, background, alpha), background, alpha


@pytest.fixture
def matte(pair, oracle):
    source, background, alpha = pair
    foreground = np.broadcast_to(np.float32(RED) / 255, source.shape)
    return oracle(alpha, foreground)(source, background, size=100)


def test_what_comes_out(matte, pair):
    source, background, alpha = pair
    assert isinstance(matte, Matte)
    for values, shape in (
        (matte.alpha, (150, 200)),
        (matte.foreground, (150, 200, 3)),
        (matte.error, (150, 200)),
    ):
        assert values.shape == shape
        assert values.dtype == np.float32
        assert values.min() >= 0
        assert values.max() <= 1
    assert np.abs(matte.alpha - alpha).mean() < 0.01
    assert np.abs(matte.foreground[alpha > 0.3] - np.float32(RED) / 255).mean() < 0.03
    assert np.allclose(matte.error, 0.25)
    assert (matte.source == source).all()
    assert (matte.background == background).all()
    assert matte.network_size == (100, 75)
    stages = ["read", "fit", "align", "network", "second pass", "judge", "upsample"]
    assert list(matte.timings) == stages
    assert all(seconds >= 0 for seconds in matte.timings.values())
    assert "200 x 150" in repr(matte)


def test_is_frozen_but_can_be_edited_as_a_copy(matte):
    with pytest.raises(dataclasses.FrozenInstanceError):
        matte.alpha = None
    edited = dataclasses.replace(matte, alpha=np.zeros_like(matte.alpha))
    assert np.asarray(edited.cutout()).max() == 0
    assert np.asarray(matte.cutout()).max() == 255


@pytest.mark.parametrize("kind", ["path", "str", "pil", "array"])
def test_photos_of_every_kind(tmp_path, pair, oracle, kind):
    source, background, alpha = pair
    given = []
    for name, photo in (("source", source), ("background", background)):
        path = tmp_path / f"{name}.png"
        Image.fromarray(photo).save(path)
        given.append(
            {"path": path, "str": str(path), "pil": Image.open(path), "array": photo}[kind]
        )
    matte = oracle(alpha)(*given)
    assert (matte.source == source).all()


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (None, (200, 150)),
        (64, (64, 48)),
        (5000, (400, 300)),
        ("auto", (400, 300)),
        (160, (160, 120)),
        (300, (300, 225)),
    ],
)
def test_working_size(pair, oracle, size, expected):
    source, background, alpha = pair
    matter = oracle(alpha)
    matte = matter(source, background, size=size)
    assert matte.network_size == expected
    assert matte.alpha.shape == alpha.shape
    assert np.abs(matte.alpha - alpha).mean() < 0.01
    assert matter._engine._network.seen[-1][0] == (1, 3, expected[1], expected[0])


def test_auto_is_what_the_network_says(pair):
    class Sized(MattingNetwork):
        working_size = 96
        backbone_name = "mobilenetv2"

    matter = Matter(Sized("mobilenetv2"), device="cpu")
    assert matter.backbone == "mobilenetv2"
    assert matter(*pair[:2]).network_size == (96, 72)


@pytest.mark.parametrize("size", ["big", 3, -1, 1.5])
def test_sizes_that_are_none(pair, oracle, size):
    with pytest.raises(InputError, match="size is"):
        oracle(pair[2])(*pair[:2], size=size)


def test_without_network_magic_the_source_is_its_foreground(pair, oracle):
    """Residual 0 and alpha 1: the cut-out is the photo, to the last bit."""
    source, background, _ = pair
    matte = oracle(np.ones((150, 200)))(source, background, size=64)
    cutout = np.asarray(matte.cutout())
    assert (cutout[..., :3] == source).all()
    assert (cutout[..., 3] == 255).all()


def test_background_of_another_size(pair, oracle):
    source, background, alpha = pair
    larger = np.asarray(Image.fromarray(background).resize((400, 300)))
    assert oracle(alpha)(source, larger).background.shape == source.shape


def test_errors_say_which_photo(tmp_path, pair, oracle):
    source, background, alpha = pair
    matter = oracle(alpha)
    with pytest.raises(PairError, match="200 x 150"):
        matter(source, background[:100])
    with pytest.raises(PhotoError, match="the background is 8 x 8"):
        matter(source, np.zeros((8, 8, 3), dtype=np.uint8))
    with pytest.raises(InputError, match="the source is a NoneType"):
        matter(None, None)
    with pytest.raises(PhotoError, match=r"limit is 0\.01"):
        matter(source, background, max_megapixels=0.01)


class TestCutout:
    def test_is_straight_and_hides_the_background(self, matte):
        cutout = matte.cutout()
        assert cutout.mode == "RGBA"
        assert cutout.size == (200, 150)
        pixels = np.asarray(cutout).astype(int)
        assert (pixels[pixels[..., 3] == 0] == 0).all()
        assert (pixels[..., 3] == 0).mean() > 0.5
        seen = pixels[..., 3] > 100
        assert np.abs(pixels[seen][:, :3] - RED).mean() < 6

    def test_agrees_with_the_arrays(self, matte):
        pixels = np.asarray(matte.cutout())
        assert (pixels[..., 3] == np.rint(matte.alpha * 255)).all()
        seen = pixels[..., 3] > 0
        assert np.abs(pixels[seen][:, :3] - matte.foreground[seen] * 255).max() <= 0.51


class TestComposite:
    def test_over_its_own_background_gives_the_source(self, matte, pair):
        source, background, _ = pair
        composite = np.asarray(matte.composite(Image.fromarray(background)))
        assert np.abs(composite.astype(int) - source).mean() < 1.5

    @pytest.mark.parametrize("colour", ["#00ff80", "rgb(0, 255, 128)", (0, 255, 128)])
    def test_colours(self, matte, colour):
        composite = matte.composite(colour)
        assert composite.mode == "RGB"
        assert composite.getpixel((199, 149)) == (0, 255, 128)
        assert composite.getpixel((90, 70)) == pytest.approx(RED, abs=2)

    def test_named_colour(self, matte):
        assert matte.composite(" White ").getpixel((0, 0)) == (255, 255, 255)

    def test_is_the_equation(self, matte):
        expected = matte.alpha[..., None] * matte.foreground + (1 - matte.alpha[..., None]) * 0.2
        composite = np.asarray(matte.composite("#333333")).astype(float)
        assert np.abs(composite - expected * 255).max() <= 0.51

    @pytest.mark.parametrize("size", [(400, 100), (100, 400), (200, 150), (37, 29)])
    def test_photos_fill_the_frame(self, matte, tmp_path, size):
        """Green in the middle, blue at the ends of the long side, which are cropped."""
        photo = np.zeros((size[1], size[0], 3), dtype=np.uint8)
        photo[..., 1] = 255
        if size == (400, 100):
            photo[:, :100] = photo[:, -100:] = (0, 0, 255)
        if size == (100, 400):
            photo[:100] = photo[-100:] = (0, 0, 255)
        Image.fromarray(photo).save(tmp_path / "b.png")
        for backdrop in (tmp_path / "b.png", str(tmp_path / "b.png"), photo):
            composite = matte.composite(backdrop)
            assert composite.size == (200, 150)
            for corner in ((0, 0), (199, 0), (0, 149), (199, 149)):
                assert composite.getpixel(corner) == (0, 255, 0)

    def test_blur(self, matte, pair):
        composite = np.asarray(matte.composite("blur")).astype(float)
        background = pair[1]
        there = matte.alpha == 0
        assert composite[there].std() < background[there].std() / 3
        assert np.abs(composite[there].mean(0) - background[there].mean(0)).max() < 3

    @pytest.mark.parametrize(
        "backdrop",
        ["no such colour", "gone.jpg", "", None, 5, (1, 2), (0, 0, 256), "a\0b", "x" * 999],
    )
    def test_what_is_no_backdrop(self, matte, backdrop):
        with pytest.raises(InputError, match="neither a colour"):
            matte.composite(backdrop)

    def test_photo_that_is_gone(self, matte, tmp_path):
        with pytest.raises(PhotoError, match="there is no file"):
            matte.composite(tmp_path / "gone.jpg")


class TestImages:
    @pytest.mark.parametrize(
        ("kind", "mode"),
        [("cutout", "RGBA"), ("alpha", "L"), ("foreground", "RGB"), ("error", "L")],
    )
    def test_kinds(self, matte, tmp_path, kind, mode):
        image = matte.image(kind)
        assert image.mode == mode
        assert image.size == (200, 150)
        path = matte.save(tmp_path / f"{kind}.png", kind)
        with Image.open(path) as read:
            assert read.mode == mode
            assert read.tobytes() == image.tobytes()

    def test_alpha_of_16_bits(self, matte, tmp_path):
        path = matte.save(tmp_path / "a.png", "alpha", bits=16)
        with Image.open(path) as read:
            assert read.mode == "I;16"
            assert np.abs(np.asarray(read) / 65535 - matte.alpha).max() <= 0.51 / 65535
        assert matte.image("alpha", bits=16).mode == "I;16"

    @pytest.mark.parametrize(
        ("kind", "bits"), [("mask", 8), ("cutout", 16), ("foreground", 16), ("alpha", 12)]
    )
    def test_refused(self, matte, kind, bits):
        with pytest.raises(InputError, match=r"unknown kind|not to be had|no PIL image"):
            matte.image(kind, bits=bits)

    def test_never_overwrites_unasked(self, matte, tmp_path):
        path = matte.save(tmp_path / "a.png")
        before = path.read_bytes()
        with pytest.raises(OutputError, match="exists already"):
            matte.save(path, "alpha")
        assert path.read_bytes() == before
        matte.save(path, "alpha", overwrite=True)
        assert path.read_bytes() != before


def test_many_threads_share_one_matter(pair):
    torch.manual_seed(0)
    matter = Matter(MattingNetwork("mobilenetv2"), device="cpu", dtype="float32")
    photos = [np.roll(pair[0], shift, axis=1) for shift in (0, 30, 60)]
    alone = [matter(photo, pair[1], size=64).alpha for photo in photos]
    together: dict[int, np.ndarray] = {}

    def work(i):
        together[i] = matter(photos[i % 3], pair[1], size=64).alpha

    threads = [threading.Thread(target=work, args=(i,)) for i in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(together) == 9
    assert all(np.abs(alpha - alone[i % 3]).max() < 1e-5 for i, alpha in together.items())


@pytest.fixture(scope="module", params=["float32", "bfloat16"])
def matter(request):
    torch.manual_seed(0)
    network = bgmatting.MattingBase("mobilenetv2", working_size=64)
    return Matter(network, device="cpu", dtype=request.param)


def _pickled(value):
    return pickle.loads(pickle.dumps(value))


@pytest.mark.parametrize("again", [_pickled, copy.deepcopy])
def test_a_copy_does_the_same(matter, pair, again):
    expected = matter(*pair[:2])
    other = again(matter)
    assert (other.device, other.dtype) == (matter.device, matter.dtype)
    assert (other.working_size, other.backbone) == (64, "mobilenetv2")
    got = other(*pair[:2])
    for a, b in ((got.alpha, expected.alpha), (got.error, expected.error)):
        assert (a == b).all()
    assert (got.foreground == expected.foreground).all()
    own = {value.data_ptr() for value in other._engine._network.parameters()}
    assert own.isdisjoint(value.data_ptr() for value in matter._engine._network.parameters())


@pytest.mark.parametrize("matter", ["float32"], indirect=True)
def test_a_pool_of_processes_gets_one(matter, pair):
    from support.matting_processes import alpha, prepare

    with ProcessPoolExecutor(
        1, mp_context=multiprocessing.get_context("spawn"), initializer=prepare, initargs=(matter,)
    ) as pool:
        got = pool.submit(alpha, *pair[:2]).result()
    assert np.abs(got - matter(*pair[:2], size=64).alpha).max() < 1e-5


def test_unpickled_where_its_device_is_not(matter, monkeypatch):
    stored = matter._engine.__getstate__()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="device 'cuda:0' is not there"):
        TorchEngine.__new__(TorchEngine).__setstate__({**stored, "device": "cuda:0"})


@pytest.mark.gpu
def test_a_copy_stays_on_its_gpu(pair):
    matter = Matter(bgmatting.MattingBase("mobilenetv2", working_size=64), device="cuda")
    for again in (_pickled(matter), copy.deepcopy(matter)):
        assert (again.device, again.dtype) == (matter.device, matter.dtype)
        assert next(again._engine._network.parameters()).is_cuda
        assert (again(*pair[:2]).alpha == matter(*pair[:2]).alpha).all()


@pytest.mark.parametrize("stage", ["find_alignment", "judge", "Upsampler"])
@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: 9 bytes")]
)
def test_a_lack_of_memory_is_a_plain_sentence(oracle, pair, monkeypatch, stage, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(f"bgmatting.imaging.matting.{stage}", fail)
    with pytest.raises(
        OutOfMemoryError, match=r"photo of 200 x 150 pixels.*smaller photo"
    ) as caught:
        oracle(pair[2])(*pair[:2])
    assert isinstance(caught.value, MemoryError)
    assert "cpu" in str(caught.value)
    assert 'device "cpu"' not in str(caught.value)  # no advice: it is there already


@pytest.mark.parametrize(
    "make",
    [
        lambda matte, path: matte.foreground,
        lambda matte, path: matte.error,
        lambda matte, path: matte.cutout(),
        lambda matte, path: matte.composite("white"),
        lambda matte, path: matte.image("cutout"),
        lambda matte, path: matte.save(path),
    ],
    ids=["foreground", "error", "cutout", "composite", "image", "save"],
)
def test_a_lack_of_memory_for_an_image(matte, monkeypatch, tmp_path, make):
    def fail(*_):
        raise MemoryError

    monkeypatch.setattr("bgmatting.imaging.arrays.ThreadPoolExecutor", fail)
    with pytest.raises(OutOfMemoryError, match="an image of 200 x 150 pixels"):
        make(matte, tmp_path / "a.png")


def test_a_device_too_small_for_the_network(monkeypatch):
    def fail(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("bgmatting.imaging.engines.torch_engine.fold_batch_norm", fail)
    with pytest.raises(OutOfMemoryError, match="not enough memory on cpu to load the network"):
        Matter(MattingNetwork("mobilenetv2"), device="cpu")


def test_from_pretrained_fetches_as_told(monkeypatch):
    asked = {}

    def load(name, **options):
        asked.update(options, name=name)
        return MattingNetwork("mobilenetv2")

    monkeypatch.setattr(bgmatting.MattingBase, "from_pretrained", load)
    Matter.from_pretrained("mobilenetv2", device="cpu", force_download=True, revision="v1")
    assert (
        asked.items() >= {"name": "mobilenetv2", "force_download": True, "revision": "v1"}.items()
    )
    Matter.from_pretrained("mobilenetv2", device="cpu")
    assert asked["force_download"] is False


def test_from_pretrained(tmp_path, pair):
    torch.manual_seed(0)
    network = bgmatting.MattingBase("mobilenetv2", working_size=80)
    network.save_pretrained(tmp_path / "weights")
    matter = Matter.from_pretrained(tmp_path / "weights", device="cpu", dtype="float32")
    assert matter.device.type == "cpu"
    assert matter.dtype == torch.float32
    assert matter.backbone == "mobilenetv2"
    got = matter(*pair[:2])
    assert got.network_size == (80, 60)
    expected = Matter(network, device="cpu", dtype="float32")(*pair[:2])
    assert np.abs(got.alpha - expected.alpha).max() < 1e-4


def test_package_offers_what_it_promises():
    for name in bgmatting.__all__:
        assert getattr(bgmatting, name) is not None
    assert set(bgmatting.__all__) <= set(dir(bgmatting))
    with pytest.raises(AttributeError, match="no attribute 'Mater'"):
        _ = bgmatting.Mater


def test_importing_the_package_waits_for_nothing_heavy():
    import subprocess
    import sys

    code = "import bgmatting, sys; print('torch' in sys.modules, 'cv2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


class TestOnePlate:
    """A background prepared once gives what it gives photo by photo, bit for bit."""

    @pytest.fixture
    def sources(self, pair):
        """Two of one size, then one of half of it, then the first again: shifted, and darker."""
        source = pair[0]
        half = np.asarray(Image.fromarray(source).resize((100, 75)))
        moved = np.roll(source, 3, axis=1)
        darker = np.rint(source * 0.8).astype(np.uint8)
        return [source, moved, half, darker, source]

    @pytest.mark.parametrize("options", [{}, {"align": False}, {"clean": True, "size": 96}])
    def test_the_same_mattes(self, matter, pair, sources, options):
        prepared = matter.with_background(pair[1], **options)
        for source in sources:
            got, expected = prepared(source), matter(source, pair[1], **options)
            for kind in ("alpha", "error", "foreground", "background"):
                assert (getattr(got, kind) == getattr(expected, kind)).all(), kind
            assert got.report == expected.report
            assert got.network_size == expected.network_size

    def test_is_read_and_brought_to_size_once(self, oracle, pair, sources, tmp_path, monkeypatch):
        path = tmp_path / "empty.png"
        Image.fromarray(pair[1]).save(path)
        prepared = oracle(pair[2]).with_background(path, size=100)
        path.unlink()
        first = prepared(sources[0])
        monkeypatch.setattr("bgmatting.imaging.plate.fit_background", None)
        assert (prepared(sources[0]).alpha == first.alpha).all()

    def test_errors(self, oracle, pair):
        matter = oracle(pair[2])
        with pytest.raises(PhotoError, match="the background is 8 x 8"):
            matter.with_background(np.zeros((8, 8, 3), dtype=np.uint8))
        with pytest.raises(InputError, match="size is 'big'"):
            matter.with_background(pair[1], size="big")
        prepared = matter.with_background(pair[1], max_megapixels=0.04)
        with pytest.raises(PairError, match="200 x 150"):
            prepared(pair[0][:100])
        with pytest.raises(InputError, match="the source is a NoneType"):
            prepared(None)
        with pytest.raises(PhotoError, match=r"limit is 0\.04"):
            prepared(np.zeros((300, 400, 3), dtype=np.uint8))

    def test_threads_may_share_it(self, matter, pair, sources):
        prepared = matter.with_background(pair[1])
        expected = [prepared(source).alpha for source in sources]
        with ThreadPoolExecutor(3) as pool:
            got = list(pool.map(lambda source: prepared(source).alpha, sources * 2))
        assert all((a == b).all() for a, b in zip(got, expected * 2, strict=True))
