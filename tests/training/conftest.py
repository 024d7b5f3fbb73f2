"""What the tests of training share: a cache of their own, and one finished run."""

from __future__ import annotations

import pytest
from tiny import QUICK, red_tiles

from tverskylib.training import train
from tverskylib.training.record import record_of


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Synthetic tiles go to a temporary folder, and so do those of processes that a test starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TVERSKYLIB_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def trained():
    """A run of two epochs on tiles that are easy."""
    return train(QUICK, red_tiles(), progress=False)


@pytest.fixture(scope="session")
def a_record(trained):
    """Its record; copy it before changing it."""
    return record_of(trained)
