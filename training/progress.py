"""What a person at a terminal sees while something takes longer than two seconds. Elsewhere nothing is drawn."""

import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from training.factorisation import Progress

PATIENCE_SECONDS = 2.0


@contextmanager
def bar(title: str, console: Console | None = None) -> Generator[Progress, None, None]:
    """Yield a callback (done, total) that draws a bar on stderr once the work looks like taking two seconds."""
    shown = console or Console(file=sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    drawn = Bar(*columns, console=shown, transient=True)
    task = drawn.add_task(title, total=None)
    began = time.monotonic()
    running = False

    def report(done: int, total: int) -> None:
        nonlocal running
        if not shown.is_terminal:
            return
        if not running and (time.monotonic() - began) / max(done, 1) * total > PATIENCE_SECONDS:
            drawn.start()
            running = True
        drawn.update(task, completed=done, total=total)

    try:
        yield report
    finally:
        if running:
            drawn.stop()


@contextmanager
def waiting(title: str, console: Console | None = None) -> Generator[None, None, None]:
    """Draw a bar without an end on stderr once something of which no part can be counted has taken two seconds."""
    shown = console or Console(file=sys.stderr)
    drawn = Bar(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=shown, transient=True)
    drawn.add_task(title, total=None)
    patience = threading.Timer(PATIENCE_SECONDS, drawn.start)
    patience.daemon = True
    if shown.is_terminal:
        patience.start()
    try:
        yield
    finally:
        patience.cancel()
        if patience.ident is not None:
            patience.join()
        if drawn.live.is_started:
            drawn.stop()
