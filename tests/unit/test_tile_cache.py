"""The cache: made once, never seen half written, made anew when damaged, and no loss where it cannot be kept."""

import os
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from tverskylib import _files
from tverskylib.tiles import TileSettings, cache, cache_folder, synthetic_tiles
from tverskylib.tiles.cache import VARIABLE, cached

KEY = {"generator": 1, "size": 4}
SMALL = TileSettings(size=48, tiles=6, positives=3, slides=3, validation_slides=1, test_slides=1)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty cache; warnings are errors unless a test expects them."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield tmp_path / "cache"


class Maker:
    """Counts how often it is called."""

    def __init__(self, fill=3):
        self.calls, self.fill = 0, fill

    def __call__(self):
        self.calls += 1
        return {"numbers": np.full((50, 4), self.fill, np.uint8), "names": np.array(["a", "bc"])}


def only_file(folder):
    (file,) = folder.iterdir()
    return file


def test_made_once_and_read_again(folder):
    make = Maker()
    first, second = cached("things", KEY, make), cached("things", KEY, make)
    assert make.calls == 1 and first.keys() == second.keys() == {"numbers", "names"}
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])
        assert first[name].dtype == second[name].dtype
    assert only_file(folder).name.startswith("things-")


def test_another_key_is_another_file(folder):
    assert cached("things", KEY, Maker(1))["numbers"].max() == 1
    assert cached("things", {**KEY, "generator": 2}, Maker(2))["numbers"].max() == 2
    assert cached("things", KEY, Maker(9))["numbers"].max() == 1
    assert len([*folder.iterdir()]) == 2


def flip_a_bit(data):
    middle = data.index(bytes([3] * 100)) + 50
    return data[:middle] + bytes([7]) + data[middle + 1 :]


@pytest.mark.parametrize(
    "damage",
    [flip_a_bit, lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"no archive at all"],
    ids=["a bit flipped", "cut off", "empty", "something else"],
)
def test_a_damaged_file_is_made_anew_with_a_warning(folder, damage):
    cached("things", KEY, Maker())
    file = only_file(folder)
    file.write_bytes(damage(file.read_bytes()))
    make = Maker()
    with pytest.warns(UserWarning, match=f"{file.name} in the cache is damaged and is made anew"):
        arrays = cached("things", KEY, make)
    assert make.calls == 1 and (arrays["numbers"] == 3).all()
    cached("things", KEY, make)
    assert make.calls == 1


def test_a_file_of_another_key_is_not_taken(folder):
    cached("things", KEY, Maker(1))
    file = only_file(folder)
    cached("things", {"size": 5}, Maker(2))
    (other,) = {*folder.iterdir()} - {file}
    other.replace(file)
    with pytest.warns(UserWarning, match="made from something else"):
        assert cached("things", KEY, Maker(1))["numbers"].max() == 1


def test_a_folder_that_cannot_be_written_to_costs_the_cache_only(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file" / "cache"))
    with pytest.warns(UserWarning) as caught:
        assert (cached("things", KEY, Maker())["numbers"] == 3).all()
    assert "could not be kept in the cache" in str(caught[-1].message) and VARIABLE in str(caught[-1].message)


def test_nothing_is_left_of_a_write_that_fails(folder, monkeypatch):
    def fail(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(cache.np, "savez", fail)
    with pytest.raises(KeyboardInterrupt):
        cached("things", KEY, Maker())
    assert not [*folder.iterdir()]


def test_a_failure_while_making_leaves_nothing(folder):
    with pytest.raises(ZeroDivisionError):
        cached("things", KEY, lambda: {"numbers": 1 / 0})
    assert not folder.exists()


def test_a_reader_never_sees_half_a_file(folder):
    """While one thread writes the file again and again, another reads it whole every time."""
    arrays = {"numbers": np.full((300, 1000), 3, np.uint8)}
    cached("things", KEY, lambda: arrays)
    file, stop = only_file(folder), threading.Event()

    def write():
        while not stop.is_set():
            cache._write(file, '{"generator": 1, "size": 4}', arrays)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(200):
            assert cached("things", KEY, lambda: pytest.fail("read half a file"))["numbers"].sum() == 900_000
    finally:
        stop.set()
        writer.join()
    assert only_file(folder) == file


TWO = """
import sys, time, warnings
from pathlib import Path
warnings.simplefilter("error")
from tverskylib.tiles import TileSettings, synthetic_tiles
ready, go = Path(sys.argv[1]), Path(sys.argv[2])
import scipy.ndimage, scipy.spatial
ready.touch()
while not go.exists():
    time.sleep(0.002)
settings = TileSettings(size=48, tiles=6, positives=3, slides=3, validation_slides=1, test_slides=1)
print(int(synthetic_tiles(settings, workers=1, progress=False).images.sum()))
"""


def test_two_processes_may_make_the_same(folder, tmp_path):
    go, readies = tmp_path / "go", [tmp_path / f"ready {k}" for k in range(2)]
    both = [
        subprocess.Popen(
            [sys.executable, "-c", TWO, str(ready), str(go)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for ready in readies
    ]
    while not all(ready.exists() for ready in readies):
        assert all(process.poll() is None for process in both), [process.communicate() for process in both]
    go.touch()
    said = [process.communicate(timeout=100) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    expected = str(int(synthetic_tiles(SMALL, workers=1, progress=False, cache=False).images.sum()))
    assert {out.strip() for out, _ in said} == {expected}
    assert only_file(folder).suffix == ".npz"


def test_tiles_come_from_the_cache_and_without_it_nothing_is_written(folder, monkeypatch):
    fresh = synthetic_tiles(SMALL, workers=1, progress=False, cache=False)
    assert not folder.exists()
    made = synthetic_tiles(SMALL, workers=1, progress=False)
    monkeypatch.setattr("tverskylib.tiles.synthetic.dataset._draw_all", lambda *_: pytest.fail("drawn again"))
    again = synthetic_tiles(SMALL, workers=1, progress=False)
    for name in ("images", "targets", "groups", "splits", "numbers"):
        for other in (made, again):
            np.testing.assert_array_equal(getattr(fresh, name), getattr(other, name))
            assert getattr(fresh, name).dtype == getattr(other, name).dtype


def test_another_version_of_the_generator_draws_anew(folder, monkeypatch):
    synthetic_tiles(SMALL, workers=1, progress=False)
    monkeypatch.setattr("tverskylib.tiles.synthetic.dataset.GENERATOR_VERSION", 0)
    synthetic_tiles(SMALL, workers=1, progress=False)
    assert len([*folder.iterdir()]) == 2


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="variables of other systems")
@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "home/.cache/tverskylib"),
        ({"XDG_CACHE_HOME": "xdg"}, "xdg/tverskylib"),
        ({VARIABLE: "~/mine"}, "home/mine"),
        ({VARIABLE: "mine"}, "mine"),
    ],
)
def test_where_the_cache_is(monkeypatch, tmp_path, variables, expected):
    for name in (VARIABLE, "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value if value.startswith("~") else str(tmp_path / value))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder() == tmp_path / expected


def test_the_cache_is_where_the_system_has_caches(monkeypatch):
    monkeypatch.delenv(VARIABLE)
    assert cache_folder() == platformdirs.user_cache_path("tverskylib", appauthor=False, opinion=False)


@pytest.mark.parametrize("variable", [None, "~/mine", "~nobody-of-that-name/mine"])
def test_without_a_home_the_cache_is_among_the_temporary_files(monkeypatch, variable):
    """As in a container whose user has no name: what begins with ~ is not found, and no folder "~" is made."""
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv(VARIABLE)
    if variable:
        monkeypatch.setenv(VARIABLE, variable)
    if sys.platform in ("win32", "darwin") and variable is None:
        pytest.skip("these ask the system")
    assert cache_folder().parent == Path(tempfile.gettempdir()) and cache_folder().name.startswith("tverskylib-")


# Other users, full disks, kills.


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
@pytest.mark.parametrize(("mask", "permissions"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_files_have_the_permissions_of_any_new_file(folder, mask, permissions):
    before = os.umask(mask)
    try:
        cached("things", KEY, Maker())
    finally:
        os.umask(before)
    assert only_file(folder).stat().st_mode & 0o777 == permissions


def test_a_file_that_may_not_be_read_is_not_called_damaged(folder, monkeypatch):
    cached("things", KEY, Maker())

    def refused(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(cache, "_read", refused)
    with pytest.warns(UserWarning, match=r"cannot be read \(Permission denied\) and is made anew"):
        assert (cached("things", KEY, Maker())["numbers"] == 3).all()


@pytest.mark.parametrize("lost", ["images", "targets", "a shape"])
def test_a_file_that_lacks_something_is_made_anew(folder, lost):
    fresh = synthetic_tiles(SMALL, workers=1, progress=False)
    file = only_file(folder)
    with np.load(file) as stored:
        arrays = dict(stored)
    if lost == "a shape":
        arrays["images"] = arrays["images"][:2]
    else:
        del arrays[lost]
    np.savez(file, **arrays)
    with pytest.warns(UserWarning, match="is damaged and is made anew"):
        again = synthetic_tiles(SMALL, workers=1, progress=False)
    np.testing.assert_array_equal(again.images, fresh.images)


def test_a_full_disk_leaves_nothing(folder, monkeypatch):
    """Closing raises again what writing raised."""

    def full(file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.warns(UserWarning, match="could not be kept in the cache .*No space left"):
        assert (cached("things", KEY, Maker())["numbers"] == 3).all()
    assert not [*folder.iterdir()]


def test_what_a_killed_process_left_is_taken_away(folder):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    folder.mkdir()
    host = _files._host()
    left = {
        f".a.npz.{host}-{dead.pid}-0123abcd.part": os.name == "posix",  # nobody has that number
        f".a.npz.{host}-{os.getpid()}-0123abcd.part": True,  # from before this process had it
        f".a.npz.{host}-{os.getppid()}-0123abcd.part": False,  # it may be writing
        ".a.npz.another-machine-1-0123abcd.part": False,
        ".a.npz.another-machine-2-0123abcd.part": True,  # of yesterday
    }
    for name in left:
        (folder / name).touch()
    yesterday = time.time() - 2 * 24 * 3600
    os.utime(folder / ".a.npz.another-machine-2-0123abcd.part", (yesterday, yesterday))
    cached("things", KEY, Maker())
    assert {path.name for path in folder.glob(".*")} == {name for name, gone in left.items() if not gone}
