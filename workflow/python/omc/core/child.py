"""Calls a function in a forked process, since what it runs may crash, hang or end its process."""

import multiprocessing
import signal
import sys
from typing import Any

from omc.core.errors import UserError


class Lost(Exception):
    """A process gave no result; the message goes on after a subject: 'takes more than 9 s'."""


class Child:
    """A forked process that calls a function as often as it is asked; a new one follows a lost one.

    As a context, so that it ends.
    """

    def __init__(self, function):
        self.function = function
        self.process: Any = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._end()

    def call(self, seconds: float, *arguments):
        """What the function returns.

        UserError as there; Lost if its process ends, as with any other error, or takes longer.
        """
        if not self.process:
            self._start()
        try:
            self.pipe.send(arguments)
            if not self.pipe.poll(seconds):
                raise Lost(f"takes more than {seconds:.0f} s")
            result = self.pipe.recv()
        except Lost:
            self._end()
            raise
        except (EOFError, OSError) as error:
            self.process.join(1)
            how = how_it_ended(self.process.exitcode)
            self._end()
            raise Lost(f"ends the process ({how})") from error
        if isinstance(result, UserError):
            raise result
        return result

    def _start(self):
        context = multiprocessing.get_context("fork")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=self._serve, args=(other, self.pipe))
        sys.stdout.flush()
        self.process.start()
        other.close()

    def _end(self):
        if self.process:
            self.process.kill()
            self.process.join()
            self.pipe.close()
            self.process = None

    def _serve(self, pipe, other):
        other.close()
        # Its parent's handler is not for it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        while True:
            try:
                arguments = pipe.recv()
            except EOFError:
                return
            try:
                result = self.function(*arguments)
            except UserError as error:
                result = error
            pipe.send(result)


def how_it_ended(code: int | None) -> str:
    """The exit status or signal of a process that has ended; code: its `exitcode`."""
    return f"signal {signal.Signals(-code).name}" if code and code < 0 else f"exit status {code}"
