"""The app's server serves this computer alone: foreign names, foreign pages, too many kernels and odd paths."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

APP = Path(__file__).parents[2] / "notebooks" / "app"
KERNEL = "12345678-1234-1234-1234-123456789012"
PAGE = {
    "cells": [{"cell_type": "code", "id": "a", "metadata": {}, "source": "", "outputs": [], "execution_count": None}],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
# What the policy allows beyond the server's own files; notebooks/app/voila.py says why.
ALLOWED = {
    "script-src": {"'unsafe-inline'", "'unsafe-eval'", "blob:"},
    "style-src": {"'unsafe-inline'"},
    "img-src": {"data:", "blob:"},
    "font-src": {"data:"},
    "worker-src": {"blob:"},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The settings of `make app`, but for two kernels that are culled at once, and one page that needs no library."""
    home = tmp_path_factory.mktemp("app")
    (home / "pages").mkdir()
    (home / "pages" / "empty.ipynb").write_text(json.dumps(PAGE), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--Voila.port={port}", "--Voila.port_retries=0", "--no-browser", f"--Voila.config_file_paths={APP}"]
    options += ["--LimitedKernelManager.most=2", "--MappingKernelManager.cull_idle_timeout=4"]
    options += ["--MappingKernelManager.cull_interval=1"]
    folders = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    for folder in folders.values():  # older versions of nbformat do not make theirs
        Path(folder).mkdir()
    environment = {**os.environ, **folders, "JUPYTER_PATH": str(APP), "IPYTHONDIR": str(home)}
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "voila", str(home / "pages"), *options], env=environment, stdout=log, stderr=log
        )
        try:
            end = time.monotonic() + 120
            while True:
                try:
                    ask(port, "/voila/static/voila.js")
                    break
                except OSError:
                    assert process.poll() is None, (home / "log").read_text()
                    assert time.monotonic() < end, (home / "log").read_text()
                    time.sleep(0.2)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=60)


def ask(port, path, method="GET", **headers):
    """Status, headers and text of an answer; a header is named with _ for -."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    upgraded = answer.status == 101
    text = "" if upgraded else answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, dict(answer.getheaders()), text


SOCKET = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Key": "x3JJHMbDL1EzLkh9GBhXDw=="}
SOCKET |= {"Sec_WebSocket_Version": "13"}


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8866", "10.0.0.1", "localhost.evil.example"])
def test_a_foreign_host_is_refused(server, host):
    for path in ("/voila/render/empty.ipynb", "/", f"/api/kernels/{KERNEL}"):
        assert ask(server, path, Host=host)[0] == 403
    assert ask(server, f"/api/kernels/{KERNEL}/channels", Host=host, Origin=f"http://{host}", **SOCKET)[0] == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_this_computer_is_served(server, host):
    assert ask(server, "/", Host=f"{host}:{server}")[0] == 200


def test_a_page_of_a_foreign_origin_reaches_no_kernel(server):
    page = ask(server, "/voila/render/empty.ipynb")[2]
    kernel = re.search(r'"kernelId": ?"([0-9a-f-]{36})"', page)[1]
    channels = f"/api/kernels/{kernel}/channels"
    own = f"127.0.0.1:{server}"
    assert ask(server, channels, Host=own, Origin=f"http://{own}", **SOCKET)[0] == 101
    assert ask(server, channels, Host=own, Origin="http://evil.example", **SOCKET)[0] == 403
    for method in ("GET", "DELETE"):
        status, headers, _ = ask(server, f"/api/kernels/{kernel}", method, Host=own, Origin="http://evil.example")
        assert status in (403, 404)
        assert headers.get("Access-Control-Allow-Origin") != "http://evil.example"
    assert ask(server, channels, Host=own, Origin=f"http://{own}", **SOCKET)[0] == 101, "the kernel was taken away"


def test_kernels_are_few_and_culled(server):
    """A page that nobody looks at any more gives its kernel back, and the next one is served."""
    statuses = [ask(server, "/voila/render/empty.ipynb")[0] for _ in range(3)]
    assert statuses[-1] == 503
    end = time.monotonic() + 60
    while ask(server, "/voila/render/empty.ipynb")[0] != 200:
        assert time.monotonic() < end, "no kernel was culled"
        time.sleep(1)


def test_kernels_are_few_however_many_pages_are_opened_at_once(server):
    end, statuses = time.monotonic() + 60, [503]
    while 200 not in statuses:  # until the kernels of other tests are culled
        assert time.monotonic() < end, "no kernel was culled"
        with ThreadPoolExecutor(6) as pages:
            statuses = [*pages.map(lambda _: ask(server, "/voila/render/empty.ipynb")[0], range(6))]
    assert statuses.count(200) <= 2 and {*statuses} <= {200, 503}


def test_the_policy_names_no_other_place(server):
    policy = ask(server, "/")[1]["Content-Security-Policy"]
    allowed = {rule.split()[0]: set(rule.split()[1:]) for rule in policy.split(";")}
    assert allowed["default-src"] == allowed["base-uri"] == allowed["frame-ancestors"] == {"'self'"}
    assert allowed["object-src"] == {"'none'"}
    for rule, sources in allowed.items():
        assert sources - {"'self'", "'none'"} == ALLOWED.get(rule, set()), rule


@pytest.mark.parametrize("odd", ["%3Cscript%3Ealert(1)%3C/script%3E", "%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E"])
def test_what_is_asked_for_comes_back_escaped(server, odd):
    for path in (f"/voila/render/{odd}.ipynb", f"/{odd}", f"/voila/render/empty.ipynb?x={odd}", f"/voila/files/{odd}"):
        _, _, text = ask(server, path)
        assert not re.search(r"<script>alert\(1\)|<img src=x", text), path


def test_make_app_has_these_settings():
    make = (APP.parents[1] / "Makefile").read_text(encoding="utf-8")
    assert '--Voila.config_file_paths="$(CURDIR)/notebooks/app"' in make
