"""The study as far as it is known while it still runs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from lowsr_tradeoff.records.run import Run
from lowsr_tradeoff.runner.schedule import Progress
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.study.plan import StudyPlan

# A run that ends sooner is not shown before its end.
FIRST_S = 15.0
# Each is made after this many times as long as the one before, so that they take a small share of a long run.
GROWTH = 2.0


@contextmanager
def shown_early(
    plan: StudyPlan, store: Store, so_far: Callable[[], Run], show: Callable[[Run], None] | None
) -> Iterator[Callable[[Progress], None]]:
    """Yield what takes the events of a run and shows it, once every rate has its three figures and now and then.

    It does so in a thread, while steps run in other processes. Leaving the block waits for that.
    """
    start_s, due_s, threads = time.monotonic(), FIRST_S, list[Thread]()

    def watch(_: Progress) -> None:
        nonlocal due_s
        took_s = time.monotonic() - start_s
        if show is None or took_s < due_s or any(thread.is_alive() for thread in threads):
            return
        if all(map(store.has_record, plan.first)):
            due_s = GROWTH * took_s
            threads[:] = [Thread(target=_show, args=(so_far, show), daemon=True)]
            threads[0].start()

    yield watch
    for thread in threads:
        thread.join()


def _show(so_far: Callable[[], Run], show: Callable[[Run], None]) -> None:
    show(so_far())
