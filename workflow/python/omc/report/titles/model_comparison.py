"""The leader, its tests against the others, and what to expect of the model one would pick."""

from omc.report import phrases
from omc.report.result import Result


def title(result: Result) -> str:
    n, failed = len(result.dataset["models"]), len(result.failed())
    if not result.leader:
        note = f": {failed} of {n} failed on all splits" if failed and not result.rows else ""
        return phrases.nobody_leads(result) + note
    text = _lead(result, n)
    if len(result.rows) == 1:
        return text
    return f"{text}; {failed} of {n} failed" if failed else text


def _lead(result: Result, n: int) -> str:
    def named(model):
        row = result.rows[model]
        notes = ["baseline"] if result.is_baseline(model) else []
        notes += [phrases.failure_note(int(row["n_failed"]), result.splits())]
        notes = [note for note in notes if note]
        return model + (f" ({', '.join(notes)})" if notes else "")

    who, value = phrases.leaders(result, named), f"{result.label} {result.shown(result.leader)}"
    if len(result.rows) == 1:
        return f"{who} has {value}" + ("; no other model has a value" if n > 1 else "")
    if result.unbeaten:
        # The tests are of the leader, not of the baseline.
        return phrases.no_model_beats(result, who)
    text = f"{who} leads at {value}"
    if len(result.tied) > 1:
        all_equal = len({result.value(m) for m in result.tied}) == 1
        text = f"{who} tie at {value}" + ("" if all_equal else f" (to {result.decimals} decimals)")
    others = phrases.rivals(result)
    against = phrases.against_others(result)
    if not against and others:
        against = f"{named(others[0])} follows at {result.shown(others[0])}"
    return f"{text}; {against}" if against else text


def subtitle(result: Result) -> str:
    expected = result.expected()
    if not expected:
        return ""
    how = phrases.picked(result, expected)
    return f"Expect {expected.value} of the model you would pick: {how}."
