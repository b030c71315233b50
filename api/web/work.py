"""Work that takes time: in a thread, with progress to look at and a way to stop it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from nicegui import ui

from .words import say

_T = TypeVar("_T")
_THREADS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="pages")


class CancelledWorkError(Exception):
    """The reader stopped the work, or went away."""


class Progress:
    """How far a piece of work is; the work tells it, the page shows it."""

    def __init__(self) -> None:
        self.text = ""
        self.done = 0
        self.total = 0
        self._stop = threading.Event()

    def step(self, text: str, done: int = 0, total: int = 0) -> None:
        """Say what is done next, as part `done` of `total`. CancelledWorkError when it is no longer wanted."""
        if self._stop.is_set():
            raise CancelledWorkError
        self.text, self.done, self.total = text, done, total

    def stop(self) -> None:
        """Ask the work to end at its next step."""
        self._stop.set()


async def run(job: Callable[[Progress], _T], lang: str) -> _T:
    """Do a job in a thread while the page shows how far it is; CancelledWorkError when the reader stops it.

    A stopped job ends at its next step; what it is computing until then is not waited for.
    """
    progress = Progress()
    loop = asyncio.get_running_loop()
    task = loop.run_in_executor(_THREADS, job, progress)
    stopped: asyncio.Future[None] = loop.create_future()

    def stop() -> None:
        progress.stop()
        if not stopped.done():
            stopped.set_result(None)

    ui.context.client.on_delete(stop)
    with ui.element("div").classes("working").props('role="status"') as box:
        ui.spinner(size="2rem").props('aria-hidden="true"')
        label = ui.label(say(lang, "work.loading"))
        bar = ui.linear_progress(0, show_value=False).props(f'aria-label="{say(lang, "work.progress")}"')
        bar.set_visibility(False)
        ui.button(say(lang, "work.cancel"), on_click=stop, color=None).props("no-caps unelevated").classes("plain")

    def show() -> None:
        if progress.text:
            label.set_text(progress.text)
        if progress.total:
            bar.set_visibility(True)
            bar.set_value(progress.done / progress.total)

    with box:
        timer = ui.timer(0.3, show)
    try:
        either: set[asyncio.Future[Any]] = {task, stopped}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        timer.cancel()
        box.delete()
    if not task.done():
        task.add_done_callback(lambda done: done.exception())
        raise CancelledWorkError
    return task.result()
