"""The worker: processes that run jobs, and the schedule that finds what lost its job. Loads no Reflex."""

import os

# Read when numpy is imported: a pool of threads per process would cost memory, and forks badly.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
