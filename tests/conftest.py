"""What all tests share."""

import os

# One thread for each worker of pytest-xdist, and for the kernels they start: two workers on two cores would
# otherwise run four threads. Set before anything loads torch.
os.environ.setdefault("OMP_NUM_THREADS", "1")
