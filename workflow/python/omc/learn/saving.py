"""The saved model of split `final`, and its predictions of new samples (twin: saving.R).

In skops format if that holds the model without running foreign code, otherwise in joblib's.
"""

import os

import numpy as np

from omc.core.checksums import sha256_file
from omc.core.errors import UserError, some
from omc.learn import models
from omc.learn.preprocessing import Fit, apply_fit
from omc.learn.trusted import TRUSTED


def saved_model(data, settings, model, fit: Fit, chosen: dict) -> dict:
    """The saved model of split `final`: the estimator, and what it needs for new samples."""
    return {
        "estimator": model,
        "features": [str(f) for f in data.features[fit.index]],
        "fill": fit.fill,
        "center": fit.center,
        "scale": fit.scale,
        "classes": list(data.classes),
        "horizons": data.horizons,
        "task": settings.task,
        "dataset": settings.dataset,
        "model": settings.model,
        "parameters": chosen,
    }


def save_model(saved: dict, folder: str) -> None:
    """Save a `saved_model` as model.skops or model.joblib in `folder`, which exists.

    Written to another file and renamed: a killed process leaves no partial file. A foreign model is
    read again, since its own code may fail then.
    """
    partial = os.path.join(folder, "model.part")
    try:
        if _is_trusted(type(saved["estimator"]).__module__):
            import skops.io

            skops.io.dump(saved, partial)
            # An estimator of scikit-learn may contain a foreign one.
            if not _foreign_types(partial):
                os.rename(partial, os.path.join(folder, "model.skops"))
                return
        import joblib

        joblib.dump(saved, partial)
        joblib.load(partial)
        os.rename(partial, os.path.join(folder, "model.joblib"))
    finally:
        if os.path.exists(partial):
            os.remove(partial)


def load_model(path: str, sha256: str) -> dict:
    """A `saved_model` from its file; UserError if the file has another checksum.

    The checksum comes first, since joblib runs code in the file.
    """
    if sha256_file(path) != sha256:
        raise UserError(
            f"{path}: the file is not the one that the run wrote (its SHA-256 is not in"
            " manifest.json): delete it and run the comparison again"
        )
    if path.endswith(".skops"):
        import skops.io

        foreign = _foreign_types(path)
        if foreign:
            raise UserError(
                f"{path}: contains types from packages other than {', '.join(TRUSTED)}"
                f" ({some(foreign)}): run the comparison again"
            )
        return skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path))
    import joblib

    try:
        return joblib.load(path)
    except ImportError as error:
        raise UserError(
            f"{path}: {error}: the model's own code must be importable, as it was in the run"
            " (PYTHONPATH)"
        ) from error


def predict_saved(saved: dict, values: np.ndarray, features):
    """(predicted, prob) of new samples: labels or numbers (n,), and (n, K) or None.

    In a survival analysis, risks, and the probabilities of surviving the horizons.
    values: (n, p), transformed and normalised (`read_new_samples`), NaN where missing; features:
    the p names, at least those that the model uses.
    """
    column_of = {str(name): at for at, name in enumerate(features)}
    x = values[:, [column_of[name] for name in saved["features"]]]
    classes = saved["classes"]
    fit = Fit(np.arange(x.shape[1]), saved["fill"], saved["center"], saved["scale"], np.zeros(0))
    x = apply_fit(x, fit)
    horizons = saved.get("horizons")
    predicted, prob = models.predict_model(saved["estimator"], x, len(classes), horizons)
    return (np.array(classes, dtype=object)[predicted] if classes else predicted), prob


def _is_trusted(name: str) -> bool:
    """Whether a dotted name is of a trusted package."""
    return any(f"{name}.".startswith(f"{package}.") for package in TRUSTED)


def _foreign_types(path: str) -> list[str]:
    import skops.io

    untrusted = skops.io.get_untrusted_types(file=path)
    return [name for name in untrusted if not _is_trusted(name)]
