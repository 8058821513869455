"""Files about people, for their owner alone; and folders for temporary files that do not outlive their run.

Everything that an engine writes while it is open is created with umask 077. A released table is opened up on
purpose, once it is complete.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

PRIVATE_FILE, PRIVATE_FOLDER, RELEASED_FILE = 0o600, 0o700, 0o644
SPILL, NEW = ".spill-", ".new-spill-"
ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
DEFAULT_HANDLERS = (signal.SIG_DFL, signal.default_int_handler)
TRIES, PAUSE = 150, 0.1


@contextmanager
def private_umask() -> Generator[None]:
    """New files and folders of the process are for their owner alone while the block runs."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def make_private(path: Path) -> None:
    """Take every right on a file, or on a folder and all in it, from everybody but the owner."""
    if path.is_dir():
        path.chmod(PRIVATE_FOLDER)
        for inner in path.rglob("*"):
            inner.chmod(PRIVATE_FOLDER if inner.is_dir() else PRIVATE_FILE)
    else:
        path.chmod(PRIVATE_FILE)


def open_to_all(path: Path) -> None:
    """Let everybody read a released file."""
    path.chmod(RELEASED_FILE)


@contextmanager
def spill_folder(parent: Path) -> Generator[Path]:
    """A new folder `.spill-…` in `parent` for temporary files, removed with all in it when the block ends.

    The folder is locked while it is in use. A folder without a lock was left by a run that was killed; such
    folders are removed here, before anything is written.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for leftover in parent.glob(f"{SPILL}*"):
        _remove_unless_in_use(leftover)
    new = Path(tempfile.mkdtemp(prefix=NEW, dir=parent))  # mode 0700
    lock = os.open(new / "lock", os.O_CREAT | os.O_RDWR, PRIVATE_FILE)
    fcntl.flock(lock, fcntl.LOCK_EX)
    # Only a locked folder gets the name under which another run would take it for a leftover.
    folder = new.rename(parent / (SPILL + new.name.removeprefix(NEW)))
    try:
        yield folder
    finally:
        for _ in range(TRIES):  # threads of an engine that was interrupted may still be writing
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break
            time.sleep(PAUSE)
        os.close(lock)


def _remove_unless_in_use(folder: Path) -> None:
    with suppress(OSError):
        lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, PRIVATE_FILE)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


@contextmanager
def cleaning_up_on_signals() -> Generator[None]:
    """End the block by an exception on SIGTERM, SIGHUP and Ctrl-C, so that temporary files are removed.

    An engine may turn the exception that a signal raises into an error of its own; it is turned back here.
    Signals that somebody else handles are left to them, and so are those of other threads than the main one,
    where Python never delivers any.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
    handled = [number for number, handler in before.items() if handler in DEFAULT_HANDLERS]
    received: list[int] = []

    def leave(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        raise _ending(number)

    for number in handled:
        signal.signal(number, leave)
    try:
        yield
    except Exception:
        if received:
            raise _ending(received[0]) from None
        raise
    finally:
        for number in handled:
            signal.signal(number, before[number])


def _ending(number: int) -> BaseException:
    return KeyboardInterrupt() if number == signal.SIGINT else SystemExit(128 + number)
