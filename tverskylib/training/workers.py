"""Tasks side by side, in processes that end with the one that started them, whatever ends it."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import Any

RETRIES = 2  # of a task whose worker died: it may have been the other's memory that was too much
START = (
    "import json, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.path[:] = json.loads(sys.argv[1]); "
    "from tverskylib.training.workers import work; work()"
)


class WorkerDiedError(RuntimeError):
    """A worker ended in the middle of a task, again and again."""


def side_by_side(
    function: Callable[..., Any], tasks: Sequence[tuple[Any, ...]], jobs: int
) -> Iterator[tuple[int, Any | WorkerDiedError]]:
    """Call ``function(*task)`` for every task, in ``jobs`` processes, and yield numbers and results as they come.

    A worker reads its tasks from its standard input. When this process ends, even killed, that input ends, and the
    worker with it: on every system. Interrupts from the keyboard are this process's affair.

    Args:
        function: of the top level of a module; it raises nothing.
        tasks: arguments that can be pickled.
        jobs: how many processes.

    Yields:
        The number of a task, and what the function returned; or a WorkerDiedError, if workers died of it.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    results: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
    for number in range(len(tasks)):
        waiting.put(number)
    processes: list[subprocess.Popen[bytes]] = []
    stopping = threading.Event()

    def hand_out() -> None:
        """Of one worker at a time, and the next where one died."""
        worker: subprocess.Popen[bytes] | None = None
        while not stopping.is_set():
            try:
                number = waiting.get_nowait()
            except queue.Empty:
                break
            result: Any = None
            for _ in range(1 + RETRIES):
                if worker is None or worker.poll() is not None:
                    worker = _start()
                    processes.append(worker)
                try:
                    result = _ask(worker, function, tasks[number])
                    break
                except (OSError, EOFError, pickle.UnpicklingError):
                    status = worker.wait()
                    result = WorkerDiedError(f"its process ended {_words(status)}, {1 + RETRIES} times in a row")
                    if stopping.is_set():
                        break
            results.put((number, result))
        if worker is not None:
            _end(worker)

    threads = [threading.Thread(target=hand_out, daemon=True) for _ in range(min(jobs, len(tasks)))]
    try:
        for thread in threads:
            thread.start()
        for _ in tasks:
            yield _next(results)
    finally:
        stopping.set()
        for process in processes:
            process.kill()
        for thread in threads:
            thread.join()


def _next(results: queue.SimpleQueue[tuple[int, Any]]) -> tuple[int, Any]:
    """The next result. Windows does not interrupt a wait without an end."""
    while True:
        try:
            return results.get(timeout=0.5)
        except queue.Empty:
            continue


def _start() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", START, json.dumps([str(path) for path in sys.path])]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _ask(worker: subprocess.Popen[bytes], function: Callable[..., Any], task: tuple[Any, ...]) -> Any:
    assert worker.stdin is not None and worker.stdout is not None
    pickle.dump((function, task), worker.stdin)
    worker.stdin.flush()
    return pickle.load(worker.stdout)


def _end(worker: subprocess.Popen[bytes]) -> None:
    assert worker.stdin is not None and worker.stdout is not None
    with contextlib.suppress(OSError):  # it has ended
        worker.stdin.close()
    worker.wait()
    worker.stdout.close()


def _words(status: int) -> str:
    if status >= 0:
        return f"with status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"by {name}" + " (perhaps for want of memory)" * (name == "SIGKILL")


def work() -> None:
    """What a worker runs: tasks from standard input, results to standard output, and the end when the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed goes where errors go
    inbox: queue.SimpleQueue[tuple[Callable[..., Any], tuple[Any, ...]]] = queue.SimpleQueue()

    def listen() -> None:
        try:
            while True:
                inbox.put(pickle.load(sys.stdin.buffer))
        except EOFError:
            pass
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)  # whatever the other thread does

    threading.Thread(target=listen, daemon=True).start()
    while True:
        function, task = inbox.get()
        pickle.dump(function(*task), answers)
        answers.flush()
