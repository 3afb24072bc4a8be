"""The saved model of split `final`: skops for scikit-learn's own estimators, else joblib."""

import os


def save(saved: dict | None, folder: str) -> None:
    """Save what `training.train_split` gives for `final`: model.skops or model.joblib in `folder`.

    The folder stays empty if the split failed: failures.csv says why.
    """
    os.makedirs(folder, exist_ok=True)
    if saved is None:
        return
    if type(saved["estimator"]).__module__.partition(".")[0] == "sklearn":
        import skops.io

        skops.io.dump(saved, os.path.join(folder, "model.skops"))
    else:
        import joblib

        joblib.dump(saved, os.path.join(folder, "model.joblib"))
