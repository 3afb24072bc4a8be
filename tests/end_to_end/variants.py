"""Small versions of the examples with single layers, baselines and ignored groups."""

import yaml


def example(root, name, models, **resampling):
    config = yaml.safe_load((root / "config" / "examples" / f"{name}.yaml").read_text())
    config["models"] = models
    config["resampling"] = {"inner_folds": 2, **resampling}
    return config


def keys(rows):
    names = ("dataset", "variant", "kind", "language", "model", "metric")
    return [tuple(row[name] for name in names) for row in rows]
