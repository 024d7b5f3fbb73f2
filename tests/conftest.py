"""What all tests share."""

import os

import pytest

# One thread for each worker of pytest-xdist, and for the kernels they start: two workers on two cores would
# otherwise run four threads. Set before anything loads torch.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_configure(config: pytest.Config) -> None:
    # Browser tests go to two processes file by file, in the order that tests/browser/conftest.py gives them, and not by
    # the number of their tests. Older versions of pytest-xdist know no other order.
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False
