"""Tasks side by side: results of all, whatever dies."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tverskylib.training.workers import WorkerDiedError, side_by_side


def square(number):
    print("what is printed does not disturb the answers")
    return number * number


def die(place, number, times):
    """End the process the first times that this number comes."""
    tried = Path(place) / f"{number}-{len([*Path(place).glob(f'{number}-*')])}"
    if int(tried.name.partition("-")[2]) < times.get(number, 0):
        tried.touch()
        os._exit(7)
    return number


def stay(place):
    Path(place).touch()
    time.sleep(600)


def killed(number):
    if number == 1:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    return number


def test_all_results_come_with_their_numbers():
    assert dict(side_by_side(square, [(k,) for k in range(5)], jobs=2)) == {k: k * k for k in range(5)}


def test_none_is_asked_for_nothing():
    assert [*side_by_side(square, [], jobs=2)] == []


def test_a_task_whose_process_died_is_tried_again(tmp_path):
    tasks = [(str(tmp_path), number, {1: 2}) for number in range(3)]
    assert dict(side_by_side(die, tasks, jobs=2)) == {0: 0, 1: 1, 2: 2}


def test_a_task_of_which_processes_die_is_reported_and_the_others_are_done(tmp_path):
    tasks = [(str(tmp_path), number, {1: 99}) for number in range(4)]
    found = dict(side_by_side(die, tasks, jobs=2))
    assert isinstance(error := found.pop(1), WorkerDiedError) and found == {0: 0, 2: 2, 3: 3}
    assert str(error) == "its process ended with status 7, 3 times in a row"


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_a_process_that_was_killed_is_said_to_be():
    assert str(dict(side_by_side(killed, [(1,)], jobs=1))[0]).startswith(
        "its process ended by SIGKILL (perhaps for want"
    )


def test_who_stops_listening_ends_the_processes(tmp_path):
    results = side_by_side(stay, [(str(tmp_path / str(k)),) for k in range(2)], jobs=2)
    start = time.monotonic()

    def interrupted(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        import threading

        def interrupt():
            while not [*tmp_path.iterdir()] and time.monotonic() < start + 60:
                time.sleep(0.01)
            signal.raise_signal(signal.SIGINT)

        threading.Thread(target=interrupt, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            next(results)
        results.close()
    finally:
        signal.signal(signal.SIGINT, before)
    assert time.monotonic() < start + 100  # both would have slept for ten minutes
