"""Phrases that several figures' titles share, and numbers and counts in words."""

from omc.evaluate.ranking import ALPHA
from omc.report.result import Expected, Ranked, Result

NO_LEADER = "No model leads: none has a value on every split"


def nobody_leads(ranked: Ranked) -> str:
    """Why no model leads."""
    if ranked.incomplete:
        return NO_LEADER
    return f"No model {'but baselines ' if ranked.rows else ''}has a value of {ranked.label}"


def leaders(ranked: Ranked, named=str) -> str:
    """'6 models', 'All 6 models', or the names of two; named: function of a model."""
    n = len(ranked.tied)
    if n <= 2:
        return " and ".join(named(model) for model in ranked.tied)
    return f"{'All ' if n == len(ranked.rows) else ''}{n} models"


def named_or_counted(models: list[str]) -> str:
    """The names of one or two models, or '3 models'."""
    return f"{len(models)} models" if len(models) > 2 else " and ".join(models)


def no_model_beats(ranked: Ranked, who: str) -> str:
    """That no model beats the baseline; who: the best of the others."""
    opening = ranked.no_better()
    return (
        f"{opening[0].upper()}{opening[1:]} better than {baseline(ranked)};"
        f" best of the others: {who}, {ranked.shown(ranked.leader)}"
    )


def baseline(ranked: Ranked) -> str:
    """'the baseline (r/null, ROC AUC 0.500)' that no model beats."""
    return f"the baseline ({ranked.unbeaten}, {ranked.label} {ranked.shown(ranked.unbeaten)})"


def picked(result: Result, expected: Expected, quote: str = "") -> str:
    """How the expected value of a picked model was estimated; quote: around the model's name."""
    favourite = f"{quote}{expected.favourite}{quote}"
    how_often = f"{favourite} in {expected.times} of {expected.splits} splits"
    if expected.times == expected.splits:
        how_often = f"always {favourite}"
    left_out = result.splits() - expected.splits
    if left_out:
        how_often += f"; {plural(left_out, 'split')} left out"
    return (
        f"the test score of the best of {expected.models}, picked separately in each training set"
        f" ({how_often})"
    )


def rivals(ranked: Ranked) -> list[str]:
    """The models that the leader is compared with: baselines only if there are no others."""
    return ranked.others() or [m for m in ranked.rows if m not in ranked.tied]


def against_others(ranked: Ranked) -> str:
    """'no evidence of a difference against 8 of 13 others'; "" if nothing was tested."""
    others = rivals(ranked)
    tested = [m for m in others if m in ranked.p]
    n, undecided = len(tested), sum(ranked.p[m] >= ALPHA for m in tested)
    if n == 0:
        return ""
    if n == 1:
        return (
            f"{'no ' if undecided else ''}evidence of a difference against"
            f"{' the baseline' if ranked.is_baseline(tested[0]) else ''} {tested[0]}"
            f"{', the only one tested' if len(others) > 1 else ''}"
        )
    noun = "tested others" if len(others) > n else "others"
    if undecided == 0:
        return f"evidence of a difference against all {n} {noun}"
    count = "any" if undecided == n else undecided
    return f"no evidence of a difference against {count} of {n} {noun}"


def of_models(part: int, n: int) -> str:
    """'3 of 5 models', 'all 5 models'; part is at least 1."""
    if n == 1:
        return "the one model"
    if part < n:
        return f"{part} of {n} models"
    return "both models" if n == 2 else f"all {n} models"


def plural(n: int, one: str) -> str:
    """'1 split', '25 splits'."""
    return f"{n} {one}{'' if n == 1 else 's'}"


def short(value: float, digits: int = 3) -> str:
    """A number in few digits: 0.003, 16, 1e-05."""
    value = float(f"{value:.{digits}g}")
    if value and not 1e-4 <= abs(value) < 1e5:
        return f"{value:.{digits}g}"
    return f"{value:.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"


def failure_note(n_failed: int, n_splits: int) -> str:
    """'3 of 25 splits failed', or "" if none did."""
    return f"{n_failed} of {n_splits} splits failed" if n_failed else ""


def joined(parts: list[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
