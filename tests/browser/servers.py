"""A JupyterLab and a Voila of their own: on loopback, with a copy of the notebooks and nobody's settings."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

SETTINGS = {
    # JupyterLab would ask for news, and look for a newer JupyterLab.
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
}


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    url: str
    token: str
    home: Path

    @property
    def log(self) -> str:
        """What it and its kernels have said so far."""
        return (self.home / "log").read_text(encoding="utf-8", errors="replace")

    def set_windowing(self, mode: str | None) -> None:
        """How pages opened from now on put cells into the page; None for JupyterLab's default.

        JupyterLab reads its settings anew for each page.
        """
        path = _settings_file(self.home, "notebook-extension/tracker")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({} if mode is None else {"windowingMode": mode}), encoding="utf-8")


@contextmanager
def jupyterlab(home: Path, *, slides: bool = False) -> Iterator[Server]:
    """A JupyterLab in an empty folder, which gets everything that it reads and writes.

    Its notebooks lie in ``home/notebooks``. With ``slides`` it is started as by `make slides`.
    """
    _furnish(home)
    for name, values in SETTINGS.items():
        path = _settings_file(home, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    token = secrets.token_hex(16)
    options = [
        "--LabApp.expose_app_in_browser=True",  # window.jupyterapp: the tests run commands and read the notebook
        f"--IdentityProvider.token={token}",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.open_browser=False",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={home / 'notebooks'}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    port = _free_port()
    command = ["jupyterlab", f"--ServerApp.port={port}", *options]
    app = home / "notebooks" / "app" if slides else None
    with _running(command, home, f"http://127.0.0.1:{port}", token, app) as server:
        yield server


@contextmanager
def voila(home: Path) -> Iterator[Server]:
    """A Voila in an empty folder that serves the pages of the app, with the settings of `make app`.

    They lie in ``home/notebooks/app``; a notebook that is put there is served too.
    """
    _furnish(home)
    app = home / "notebooks" / "app"
    port = _free_port()
    options = [str(app), f"--Voila.config_file_paths={app}", "--no-browser", "--Voila.port_retries=0"]
    with _running(["voila", f"--Voila.port={port}", *options], home, f"http://127.0.0.1:{port}", "", app) as server:
        yield server


def _furnish(home: Path) -> None:
    """Notebooks and results as learners get them, and a kernel that is the Python of the tests."""
    unwanted = shutil.ignore_patterns("source", "failed", "__pycache__", ".ipynb_checkpoints")
    shutil.copytree(NOTEBOOKS, home / "notebooks", ignore=unwanted)
    shutil.copytree(NOTEBOOKS.parent / "results", home / "results")  # lessons read them as ../results
    kernel = home / "path" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    specification = {"argv": command, "display_name": "Python 3 (ipykernel)", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")


def _environment(home: Path, more: Path | None) -> dict[str, str]:
    """Every folder of Jupyter and IPython inside ``home``; the rest as it is.

    In ``more`` Jupyter looks for templates and extensions too.
    """
    folders = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    folders |= {f"JUPYTERLAB_{name}_DIR": str(home / name.lower()) for name in ("SETTINGS", "WORKSPACES")}
    # JUPYTER_PATH is searched first, so its python3 wins against any other that is installed.
    path = os.pathsep.join(str(folder) for folder in (home / "path", more) if folder)
    folders |= {"JUPYTER_PATH": path, "IPYTHONDIR": str(home / "ipython")}
    return {**os.environ, **folders, "TVERSKYLIB_PROFILE": "smoke"}


def _settings_file(home: Path, name: str) -> Path:
    return home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _running(module: Sequence[str], home: Path, url: str, token: str, more: Path | None = None) -> Iterator[Server]:
    server = Server(url, token, home)
    with (home / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module], cwd=home, env=_environment(home, more), stdout=log, stderr=log
        )
        try:
            _wait_for(f"{url}/api?token={token}" if token else f"{url}/voila/static/voila.js", process, server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes], server: Server, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"the server did not start; its last words:\n{server.log[-3000:]}")
