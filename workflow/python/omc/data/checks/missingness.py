"""Whether values are missing more often for one outcome than for another."""

import numpy as np

ORDER = 70
STRENGTH, ALPHA = 0.1, 0.05
EXPLANATION = (
    "A model can recognise an imputed value. If values are missing more often in one class, for"
    " example because they are below a limit of detection or because cases were examined more"
    " closely, the gap itself predicts the class."
)
RULE = (
    "a feature's gaps, or a sample's number of gaps, are associated with the outcome (adjusted"
    " p < 0.05 over all features, by permutation) with a strength of at least 0.1. Samples that"
    " lack the whole layer are left to `layer_presence`"
)
FIX = (
    "Lower `preprocessing.max_missing`, so that features with gaps are dropped, or fill the gaps"
    " with what they mean (such as a value below the limit of detection) before the run."
)


# Gaps are tested in parts of this size, to save memory.
PART = 500


class Scan:
    """Tests the gaps of each feature as the blocks pass by; equal gaps are tested once."""

    def __init__(self, data):
        self.data, self.tested = data, set()
        self.gaps = {layer: np.zeros(len(has), dtype=int) for layer, has in data.presence.items()}
        # Largest statistic of the data and of each permutation.
        self.largest = np.zeros(len(data.permuted.orders))
        self.best = None

    def add(self, block):
        """Test the features of a block."""
        missing = np.isnan(block.development)
        columns = np.flatnonzero(missing.any(axis=0))
        layers = self.data.layers[block.first + columns]
        for layer in dict.fromkeys(layers):
            present = self.data.presence[layer]
            own = columns[layers == layer]
            gaps = missing[:, own] & present[:, None]
            self.gaps[layer] += gaps.sum(axis=1)
            new = [j for j in range(len(own)) if self._is_new(layer, gaps[:, j], present)]
            for first in range(0, len(new), PART):
                part = new[first : first + PART]
                self._test(gaps[:, part], present, block.first + own[part])

    def _is_new(self, layer, gap, present) -> bool:
        key = layer, np.packbits(gap).tobytes()
        known = key in self.tested or not gap.any() or gap[present].all()
        self.tested.add(key)
        return not known

    def _test(self, gaps, present, columns):
        statistics = self.data.permuted.of_gaps(gaps, present)
        self.largest = np.maximum(self.largest, statistics.max(axis=1))
        j = statistics[0].argmax()
        if self.best is None or statistics[0, j] > self.best[0]:
            self.best = statistics[0, j], columns[j], gaps[:, j], present


def check(data, scan):
    """One row: the strongest association of gaps and outcome."""
    if scan.best is None:
        return [("ok", "no gaps besides those of missing layers", "")]
    statistic, feature, gap, present = scan.best
    whose = f", missing in {data.class_shares(gap)}" if data.is_classification else ""
    what = f"{data.features[feature]}{whose}"
    for layer, gaps in scan.gaps.items():
        has = data.presence[layer]
        if np.ptp(gaps[has]):
            of_total = data.permuted.of_numbers(np.where(has, gaps, np.nan))[0]
            scan.largest = np.maximum(scan.largest, of_total)
            if of_total[0] > statistic:
                statistic, present, what = of_total[0], has, f"gaps per sample in {layer}"
    strength = np.sqrt(statistic / present.sum())
    p = (scan.largest >= statistic * (1 - 1e-9)).mean()
    linked = p < ALPHA and strength >= STRENGTH
    advice = (
        "a model may learn from the gaps alone: lower preprocessing.max_missing to drop features"
        " with gaps, or fill them with what they mean"
    )
    value = f"{what}: strength {strength:.2f}, p = {p:.2g}"
    return [("warning" if linked else "ok", value, advice if linked else "")]
