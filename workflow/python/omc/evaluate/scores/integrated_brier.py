"""Integrated Brier score: squared errors of survival probabilities, over the horizons.

With weights for censoring: Graf et al. 1999,
doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5. With one horizon, the
Brier score there.
"""

import numpy as np

from omc.core.survival import horizon_weights, squared_errors


def score(samples):
    """(B,) values."""
    return np.sum(at_horizons(samples) * horizon_weights(samples.horizons), axis=1)


def at_horizons(samples) -> np.ndarray:
    """(B, H) Brier scores."""
    uncensored = samples.predictions.uncensored
    errors = squared_errors(
        samples.truth, samples.prob, samples.horizons, uncensored[:, 0], uncensored[:, 1:]
    )
    return samples.weights @ errors / samples.total[:, None]
