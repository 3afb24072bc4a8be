"""Questions about a user's data: asked on a terminal, else answered by the best guess, and told."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Answers:
    """Where a proposal was unsure.

    ask: called with a question, the options and the position of the best one, and returns the
    position of the answer; None: nobody is there to be asked. unsure: (key, sentence) for each
    guess that nobody has confirmed.
    """

    ask: Callable[[str, list[str], int], int] | None = None
    unsure: list[tuple[str, str]] = field(default_factory=list)

    def choose(self, key: str, question: str, options: list[str], why: str) -> int:
        """The position of the option to take; the first is the best guess, and `why` says so."""
        if self.ask:
            return self.ask(question, options, 0)
        self.unsure.append((key, why))
        return 0

    def note(self, key: str, sentence: str) -> None:
        """What to look at, though it is no question."""
        self.unsure.append((key, sentence))


def ask_on_terminal(question: str, options: list[str], best: int) -> int:
    """Ask until the answer is the number of an option; an empty one takes the best."""
    print(f"\n{question}", file=sys.stderr)
    for number, option in enumerate(options, 1):
        print(f"  {number}  {option}", file=sys.stderr)
    while True:
        print(f"number [{best + 1}]: ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
        if not answer or not answer.strip():
            return best
        if answer.strip().isdecimal() and 1 <= int(answer) <= len(options):
            return int(answer) - 1
