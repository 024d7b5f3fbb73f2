"""What all tests share."""

import os

import pytest

# One thread for each worker of pytest-xdist, and for the kernels they start: two workers on two cores would
# otherwise run four threads. Set before anything loads torch.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_configure(config: pytest.Config) -> None:
    # Browser tests go to two processes file by file. In their own order the long files, which have few tests, do not
    # come last. Older versions of pytest-xdist know no other order.
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False
