"""Risks and survival probabilities of models that are like scikit-survival's."""

import numpy as np

from omc.core.errors import UserError
from omc.core.logs import reason

# How far probabilities may be from 0, 1 and a sum of 1: some models compute in single precision.
ROUNDING = 1e-4


def predict_survival(model, x, horizons: list[float]):
    """(risks, survival probabilities or None) of a model like those of scikit-survival."""
    risk = np.array(model.predict(x), dtype=float).ravel()
    # Some models predict a time.
    if not getattr(model, "_predict_risk_score", True):
        risk = -risk
    functions = _survival_functions(model, x)
    if len(risk) != len(x):
        raise UserError(f"the model returned {len(risk)} predictions of {len(x)} samples")
    if not np.all(np.isfinite(risk)):
        raise UserError("the predictions hold values that are not finite")
    if functions is None:
        return risk, None
    survival = np.array([_step(function, horizons) for function in functions])
    if len(survival) != len(x):
        raise UserError(
            f"the model returned {len(survival)} survival functions of {len(x)} samples"
        )
    if not np.all(np.isfinite(survival)):
        raise UserError("the survival probabilities hold values that are not finite")
    if survival.min() < -ROUNDING or survival.max() > 1 + ROUNDING:
        raise UserError(
            f"the survival probabilities go from {survival.min():.6g} to {survival.max():.6g}, not"
            " from 0 to 1"
        )
    return risk, survival.clip(0, 1)


def _survival_functions(model, x):
    """Step functions of the samples; None of a model without them."""
    if not hasattr(model, "predict_survival_function"):
        return None
    try:
        return model.predict_survival_function(x)
    except ValueError as error:
        # Of scikit-survival's models some have the method, and refuse it by their parameters.
        print(f"no survival probabilities: {reason(error)}", flush=True)
        return None


def _step(function, times) -> np.ndarray:
    """Values of a step function (with x and y) that is 1 before its first step."""
    return np.append(1.0, function.y)[np.searchsorted(function.x, times, side="right")]
