"""Whether one feature alone separates the classes, far better than all others."""

import numpy as np

from omc.core.errors import some

ORDER = 90
AUC, ALPHA = 0.98, 0.05
# A few features may share what they know; the tail is that of the features behind them.
FEW, TAIL, SHORTEST_TAIL = 5, 20, 5
R2 = 0.95
EXPLANATION = (
    "A feature that was measured because of the outcome (a treatment, a later diagnosis, a code)"
    " separates the classes by itself, whereas biological differences usually show in many"
    " features. Models then owe their score to it alone."
)
RULE = (
    "there are one to five leading features, each of which alone has ROC AUC ≥ 0.98 for a class"
    " against the rest (or explains 95 % of a numeric outcome), and the gap between them and the"
    " next features is too wide for the tail of the distribution over all features: with L = -(n -"
    " 2)/2 log(1 - R²), on the values or on their ranks, gaps in an exponential tail have known"
    " probabilities (Rényi 1953, doi:10.1007/BF02127580), and the smallest of them over gaps,"
    " classes and both scales is adjusted by Bonferroni (p < 0.05). Where many genes nearly"
    " separate 38 samples, as in leukemia, the first is not an outlier. With fewer than 11 features"
    " there is no tail, and AUC ≥ 0.98 with p < 0.001 in an adjusted rank test is enough"
)
FIX = (
    "Look at how and when the feature was measured. If it is known only because the outcome is,"
    " remove it from its table; if it is real, it may be the whole result: report this, and compare"
    " with a model of this feature alone."
)


class Scan:
    """How well each feature separates each class from the rest, or predicts a number.

    strength: R² on values and on ranks, and AUC, each (contrasts, p).
    """

    def __init__(self, data):
        y = data.development_y
        if data.is_classification:
            self.labels = list(np.unique(y))[: 1 if len(np.unique(y)) == 2 else None]
            self.contrasts = [(y == label).astype(float) for label in self.labels]
        else:
            self.labels, self.contrasts = [data.outcome], [y]
        self.is_classification = data.is_classification
        self.n, self.blocks = len(y), []

    def add(self, block):
        """Measure the features of a block."""
        values, ranks = block.development, block.development_ranks
        self.blocks.append(np.stack([self._measure(values, ranks, y) for y in self.contrasts]))

    def _measure(self, values, ranks, y) -> np.ndarray:
        """(3, b): R² of values, R² of ranks, AUC (from 0.5) or the larger R²; 0 if constant."""
        if not self.is_classification:
            of_ranks = _r2(ranks, np.argsort(np.argsort(y)).astype(float))
            of_values = _r2(values, y)
            return np.stack([of_values, of_ranks, np.maximum(of_values, of_ranks)])
        known = ~np.isnan(ranks)
        inside = (known * y[:, None]).sum(axis=0)
        outside = known.sum(axis=0) - inside
        above = np.nansum(ranks * y[:, None], axis=0) - inside * (inside + 1) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            auc = above / (inside * outside)
            auc = np.where((inside > 2) & (outside > 2), np.maximum(auc, 1 - auc), 0.5)
            # As if there were no ties, so that a feature with few values is not favoured.
            n = inside + outside
            of_ranks = 12 * (auc - 0.5) ** 2 * inside * outside / (n**2 - 1)
        return np.stack([_r2(values, y), np.nan_to_num(of_ranks), auc])


def _r2(values, y) -> np.ndarray:
    """(b,) squared correlations of columns (n, b), NaN where missing, with y (n,)."""
    known = ~np.isnan(values)
    n = np.maximum(known.sum(axis=0), 1)
    x = np.where(known, values - np.nansum(values, axis=0) / n, 0)
    of_y = np.where(known, y[:, None], 0)
    of_y = np.where(known, of_y - of_y.sum(axis=0) / n, 0)
    spread = (x**2).sum(axis=0) * (of_y**2).sum(axis=0)
    varies = spread > 1e-20 * np.maximum(1, np.nansum(values**2, axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(varies & (n > 4), (x * of_y).sum(axis=0) ** 2 / spread, 0)


def leading(r2: np.ndarray, n: int) -> tuple[np.ndarray, float]:
    """(columns in front of the widest gap, p-value of that gap) of features with R² (p,).

    Scaled gaps of ordered exponential variables are independent and exponential; the scale is
    estimated from the tail behind the gap, so that the ratio has an F distribution.
    """
    strength = -(n - 2) / 2 * np.log(np.maximum(1 - r2, 1e-12))
    order = np.argsort(-strength, kind="stable")
    strength, best = strength[order], (order[:0], 1.0)
    # The gap behind the j-th, times j.
    gaps = np.arange(1, len(strength)) * -np.diff(strength)
    for front in range(1, FEW + 1):
        tail = min(TAIL, (len(strength) - front) // 2)
        if tail < SHORTEST_TAIL:
            break
        gap, scale = gaps[front - 1], gaps[front : front + tail].mean()
        p = (1 + gap / (tail * scale)) ** -tail if scale > 0 else float(gap == 0)
        if p < best[1]:
            best = order[:front], float(p)
    return best


def check(data, scan):
    """One row: which features separate a class, and the next best, or the best of all."""
    measured = np.concatenate(scan.blocks, axis=2)
    name, least = ("ROC AUC", AUC) if scan.is_classification else ("R²", R2)
    tests = 2 * FEW * len(scan.labels)
    for label, (of_values, of_ranks, score) in zip(scan.labels, measured, strict=True):
        for r2 in (of_values, of_ranks):
            front, p = leading(r2, scan.n)
            alone = [int(j) for j in front if score[j] >= least] if p * tests < ALPHA else []
            if not alone and len(score) <= 2 * SHORTEST_TAIL:
                alone = _of_few(score, r2, scan, least)
            if alone:
                return [_row(data, scan, label, score[alone].min(), alone, name)]
    best = measured[:, 2].max()
    return [("ok", f"no feature stands out: the best has {name} {best:.3f} by itself", "")]


def _of_few(score, r2, scan, least) -> list[int]:
    """Features that separate among too few for a tail."""
    from scipy.special import chdtrc

    p = chdtrc(1, (scan.n - 1) * r2) * len(score) * len(scan.labels)
    return np.flatnonzero((score >= least) & (p < 0.001)).tolist()


def _row(data, scan, label, score, alone, name):
    what = f" for {label}" if scan.is_classification else ""
    each = ", each" if len(alone) > 1 else ""
    names = some([data.features[j] for j in alone], 3)
    value = f"{names}: {name} {score:.3f}{what}{each} by itself, far ahead of all other features"
    advice = (
        "check how and when it was measured: if it is known only because the outcome is, remove it"
        " from the table"
    )
    return "warning", value, advice
