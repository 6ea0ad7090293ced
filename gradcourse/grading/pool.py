"""Hand tasks out: to this process, to others on this machine, or to a Dask cluster.

The result of a task is the same everywhere; only the order in which results come differs.
"""

import concurrent.futures
import contextlib
import multiprocessing
import multiprocessing.connection
import multiprocessing.util
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

from gradcourse.grading import judge as judging

PATIENCE = 20  # seconds for a scheduler to answer
SCHEDULER = "--scheduler needs Dask: pip install 'gradcourse[cluster]'"
OTHER = "a worker of the cluster has another edition of the course: install the same one there"


def each(fn: Callable[[Any], Any], tasks: list, *, jobs: int = 1, scheduler: str = "",
         edition: str = "", progress: bool = False, unit: str = "submission") -> Iterator[Any]:
    """Yield `fn(task)` for every task, as they come.

    Args:
        fn: a function of a module, so that another process finds it.
        tasks: plain data.
        jobs: processes on this machine, at least 1.
        scheduler: a Dask scheduler's address, to use its workers instead.
        edition: what a cluster's workers must have too; "" asks nothing.
        progress: show a bar.
        unit: what the bar counts.

    Raises:
        ValueError: no Dask here, no scheduler there, or a worker of another edition.
    """
    from tqdm import tqdm

    if not tasks:
        return
    bar = tqdm(total=len(tasks), unit=unit, disable=not progress)
    with bar, _executor(min(jobs, len(tasks)), scheduler, edition) as executor:
        waiting = {executor.submit(fn, task) for task in tasks}
        try:
            for done in concurrent.futures.as_completed(waiting):
                yield done.result()
                bar.update()
        except BaseException:
            for future in waiting:
                future.cancel()
            raise


@contextlib.contextmanager
def _executor(jobs: int, scheduler: str, edition: str) -> Iterator[concurrent.futures.Executor]:
    if scheduler:
        with _cluster(scheduler, edition) as executor:
            yield executor
    elif jobs == 1:
        with _Here() as executor:
            yield executor
    else:
        spawn = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(jobs, spawn, prepare) as executor:
            yield executor


@contextlib.contextmanager
def _cluster(address: str, edition: str) -> Iterator[concurrent.futures.Executor]:
    """Use a cluster's workers; none is left with a sandbox of ours afterwards."""
    try:
        from distributed import Client
    except ImportError:
        raise ValueError(SCHEDULER) from None
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise ValueError(f"no Dask scheduler at {address}: {error}") from None
    with client:
        try:
            there = client.run(prepared)
        except ImportError:
            raise ValueError(OTHER) from None
        if edition and set(there.values()) - {edition}:
            raise ValueError(OTHER)
        try:
            with client.get_executor(pure=False) as executor:
                yield executor
        finally:
            with contextlib.suppress(Exception):  # a worker that is gone has none
                client.run(judging.close)


def prepare() -> None:
    """Set a process of the pool up; it ends, with its sandbox, when its parent does."""
    import torch

    torch.set_num_threads(1)
    multiprocessing.util.Finalize(None, judging.close, exitpriority=10)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def prepared() -> str:
    """Set a cluster's worker up and return its edition."""
    import torch

    from gradcourse.grading import library

    torch.set_num_threads(1)
    return library.edition()


def _follow(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    judging.close()
    os._exit(1)


class _Here(concurrent.futures.Executor):
    """Does the work in this process, one after another."""

    def __init__(self):
        self.pool = concurrent.futures.ThreadPoolExecutor(1)

    def submit(self, fn, /, *args, **kwargs):
        """Put it in the row."""
        return self.pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait=True, *, cancel_futures=False):
        """End, with the sandbox."""
        self.pool.submit(judging.close)
        self.pool.shutdown(wait=wait, cancel_futures=cancel_futures)
