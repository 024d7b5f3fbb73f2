"""Nothing that only one system has: names, signals, line ends; no write into the checkout, whatever its path."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("tverskylib/**/*.py"), *ROOT.glob("notebooks/*.py"), *ROOT.glob("benchmarks/*.py")])
FOREIGN = {"fcntl", "grp", "msvcrt", "pwd", "resource", "termios", "winreg"}  # modules that some systems lack
# What some systems lack in os and signal, or what means something else there; and where it is asked for first.
SYSTEM = re.compile(
    r"fork\w*|getp?p?uid|getuid|kill|killpg|mkfifo|setsid|sched_\w+|uname|SIG(KILL|HUP|USR\d|STOP|CONT)"
)
GUARDED = {("tverskylib/_files.py", "kill"), ("tverskylib/tiles/cache.py", "getuid")}
TEXT = {"read_text", "write_text"}


def nodes(path, kind):
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, kind)]


def name_of(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_module_that_some_systems_lack(path):
    names = {alias.name for node in nodes(path, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes(path, ast.ImportFrom) if node.module}
    assert not FOREIGN & names


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_call_that_some_systems_lack(path):
    found = {
        node.attr
        for node in nodes(path, ast.Attribute)
        if isinstance(node.value, ast.Name) and node.value.id in ("os", "signal") and SYSTEM.fullmatch(node.attr)
    }
    assert {(name_of(path), name) for name in found} <= GUARDED | {(name_of(path), "getpid")}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_text_is_read_and_written_in_utf_8(path):
    """Windows would take another encoding where none is named."""
    for call in nodes(path, ast.Call):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        mode = next((a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)), "r")
        if name in TEXT or (name == "open" and not re.search("b", mode) and not is_a_library(call.func)):
            assert any(one.arg == "encoding" for one in call.keywords), f"{name_of(path)}:{call.lineno}: {name}"


def is_a_library(function):
    """``Image.open`` and a browser's are no text."""
    return isinstance(function, ast.Attribute) and getattr(function.value, "id", "") in ("Image", "os", "lesson")


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_path_of_one_system(path):
    found = [node.value for node in nodes(path, ast.Constant) if isinstance(node.value, str)]
    assert not [text for text in found if re.match(r"(/(tmp|dev|home|usr|etc|proc|var)\b|[A-Z]:\\)", text)]


@pytest.fixture(scope="module")
def files():
    if not shutil.which("git"):
        pytest.skip("needs git")
    done = subprocess.run(["git", "-C", str(ROOT), "ls-files"], capture_output=True, encoding="utf-8")
    if done.returncode:
        pytest.skip("needs a repository")
    return done.stdout.splitlines()


def test_every_system_can_hold_the_names_of_the_files(files):
    assert len({name.casefold() for name in files}) == len(files)
    reserved = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
    for name in files:
        assert len(name) < 150 and not re.search(r'[<>:"|?*\\]', name), name
        assert not any(reserved.match(part) or part.endswith((".", " ")) for part in name.split("/")), name


def test_lines_end_alike_on_every_system(files):
    assert "eol=lf" in (ROOT / ".gitattributes").read_text(encoding="utf-8")
    texts = [name for name in files if name.endswith((".py", ".md", ".toml", ".yml", ".json", ".js", ".txt"))]
    assert not [name for name in texts if (ROOT / name).exists() and b"\r\n" in (ROOT / name).read_bytes()]


TRY = """
import sys
from tverskylib import dice_index
import tverskylib, tverskylib.training.__main__ as command
assert tverskylib.__file__.startswith(sys.argv[1])
raise SystemExit(command.main(["grid", "--first", "2", "--epochs", "1", "--jobs", "2", "--results", sys.argv[2]]))
"""


def test_an_odd_path_that_cannot_be_written_to_without_a_network(tmp_path):
    """A checkout with spaces, quotes and letters of other alphabets in its path; nothing in it changes."""
    home = tmp_path / "Ünï 'código' & мир"
    package = shutil.copytree(ROOT / "tverskylib", home / "tverskylib", ignore=shutil.ignore_patterns("__pycache__"))
    everything = [package, *package.rglob("*")]
    before = {path: path.stat().st_mtime_ns for path in everything}
    for path in everything:
        path.chmod(path.stat().st_mode & ~0o222)
    environment = {**os.environ, "PYTHONPATH": str(home), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    environment |= {"TVERSKYLIB_CACHE": str(tmp_path / "cache"), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", TRY, str(home), str(tmp_path / "my results")]
    if can_leave_the_network():
        command = ["unshare", "--map-root-user", "--net", *command]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=250)
    for path in everything:
        path.chmod(path.stat().st_mode | 0o200)
    assert done.returncode == 0 and "2 records in" in done.stdout, done.stderr
    assert {path: path.stat().st_mtime_ns for path in [package, *package.rglob("*")]} == before


def can_leave_the_network():
    """Whether a process can be started that has no network, not even the loopback."""
    if not shutil.which("unshare"):
        return False
    return not subprocess.run(["unshare", "--map-root-user", "--net", "true"], capture_output=True).returncode
