"""Measures what one student costs: memory and processor time of a lesson's kernel, and memory of a JupyterLab.

python benchmarks/students.py 02 07 10

Each lesson runs from top to bottom in a kernel of its own, and the kernel then says what the system knows of it. The
profile of the lessons that train is "smoke" unless TVERSKYLIB_PROFILE names another.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil
from nbformat.v4 import new_code_cell

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "notebooks"))
import build  # noqa: E402

# Memory after the lesson, and what the kernel and the processes that it started have used of the processor.
ASK = """
import json, psutil
process = psutil.Process()
family = [process, *process.children(recursive=True)]
print(json.dumps({
    "memory": sum(one.memory_info().rss for one in family),
    "seconds": sum(one.cpu_times().user + one.cpu_times().system for one in family),
}))
"""


def kernel(lesson: build.Lesson) -> dict[str, float]:
    """Run a lesson; bytes of resident memory at its end, and seconds of the processor and of the clock."""
    start = time.monotonic()
    cells = [*build.documents(build.Project(ROOT), lesson)[0].cells, new_code_cell(ASK)]
    notebook = build.notebook_of(build.Project(ROOT), build.Document("", cells, lesson))
    build.execute(notebook, lesson.name, ROOT / "notebooks", cell_limit=3600, limit=7200)  # busy machines are slow
    return {**json.loads(notebook.cells[-1].outputs[0].text), "clock": time.monotonic() - start}


def server() -> float:
    """Bytes of resident memory of a JupyterLab that has served its page, without kernels."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as empty:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        options = [f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1", "--no-browser", "--allow-root"]
        options += ["--IdentityProvider.token=measure", f"--ServerApp.root_dir={empty}"]
        command = [sys.executable, "-m", "jupyterlab", *options]
        lab = subprocess.Popen(command, cwd=empty, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            answered(f"http://127.0.0.1:{port}/lab?token=measure")
            return float(psutil.Process(lab.pid).memory_info().rss)
        finally:
            lab.kill()  # it has nothing to save
            lab.wait()


def answered(url: str, limit: float = 120) -> None:
    """Wait until the page has been served."""
    end = time.monotonic() + limit
    while True:
        try:
            with urllib.request.urlopen(url, timeout=30) as page:
                page.read()
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def main() -> None:
    """Print a table in Markdown."""
    os.environ.setdefault("TVERSKYLIB_PROFILE", "smoke")
    print("| what runs | memory (MB) | processor (s) | clock (s) |\n| --- | ---: | ---: | ---: |", flush=True)
    print(f"| JupyterLab, no kernel | {server() / 1e6:.0f} | | |", flush=True)
    for lesson in build.chosen_lessons(build.Project(ROOT), sys.argv[1:]):
        cost = kernel(lesson)
        numbers = f"{cost['memory'] / 1e6:.0f} | {cost['seconds']:.0f} | {cost['clock']:.0f}"
        print(f"| kernel, lesson {lesson.name[:2]} | {numbers} |", flush=True)


if __name__ == "__main__":
    main()
