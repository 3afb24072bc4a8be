"""Whether a layer holds raw counts, whose library sizes differ."""

import numpy as np

ORDER = 55
# Fewer features are no library, and smaller numbers are scores, genotypes and the like.
FEWEST, LEAST, RATIO = 20, 20, 1.2
EXPLANATION = (
    "Raw sequencing counts depend on the number of reads of each sample, which varies by chance or"
    " by batch, and the few features with the largest counts dominate distances and penalties."
)
RULE = (
    f"all values of a layer with {FEWEST} features or more are whole numbers from 0, the largest is"
    f" above {LEAST}, and the largest sum of a sample is more than {RATIO} times the smallest"
)
FIX = (
    "Set the layer's `transform` to `cpm_log2` or `median_of_ratios`, or to `clr` for compositions"
    " such as microbes; use `log2` or `log1p` for whole numbers that are not counts, such as"
    " intensities."
)


class Scan:
    """Sums of development's samples by layer, until a value is no count."""

    def __init__(self, data):
        self.layers = data.layers
        # Sum of each sample, largest value and number of features.
        self.counts: dict[str, list] = {
            layer: [0.0, 0.0, 0] for layer in dict.fromkeys(self.layers)
        }

    def add(self, block):
        """Add a block to the sums."""
        values = block.development
        layers = self.layers[block.first : block.first + values.shape[1]]
        for layer in set(layers) & set(self.counts):
            part = np.nan_to_num(values[:, layers == layer])
            if (part < 0).any() or (part % 1 != 0).any():
                del self.counts[layer]
                continue
            totals, largest, features = self.counts[layer]
            largest = max(largest, part.max(initial=0))
            self.counts[layer] = [totals + part.sum(axis=1), largest, features + part.shape[1]]


def check(data, scan):
    """A row for each layer of raw counts, else one row."""
    rows = []
    for layer, (totals, largest, features) in scan.counts.items():
        if features < FEWEST or largest <= LEAST:
            continue
        least, most = np.min(totals), np.max(totals)
        if most > RATIO * least:
            value = f"{layer}: whole numbers; the sums of samples range from {least:g} to {most:g}"
            advice = (
                f"they look like raw counts: set the transform of layer {layer} to cpm_log2 (clr"
                " for compositions such as microbes)"
            )
            rows.append(("warning", value, advice))
    return rows or [("ok", "no layer looks like raw counts", "")]
