"""Predictions for new samples: the request in the configuration, and its saved model.

Snakemake imports it at every start, so it imports nothing heavy.
"""

import json
import os

from omc.core.errors import UserError, did_you_mean, some
from omc.core.records import check, unrecorded

MODEL_FILES = ("model.skops", "model.joblib", "model.rds")
READ_BY = (
    *("orientation", "matrix", "duplicates", "column_prefix", "transform", "pseudo_count"),
    *("columns", "types"),
)


def resolve(request: dict, datasets: dict, models: dict[str, list[str]]) -> dict:
    """The request of the config key `predict`, resolved; UserError if it is impossible.

    datasets: as `Study` has them; models: `language/name` of each model by data set. Returns
    dataset, language, model, output, join, and by layer `tables`: path and how to read it.
    """
    name, model, output = request["dataset"], request["model"], request["output"]
    _known("predict.dataset", "data set", name, list(datasets))
    _known("predict.model", f"model of {name}", model, models[name])
    dataset = datasets[name]
    paths = split_input(request["input"], list(dataset["layers"]))
    for layer, path in paths.items():
        if "images" in dataset["layers"][layer]:
            raise UserError(
                f"predict.dataset: layer '{layer}' of {name} is of images, and only tables of new"
                " samples are read: give new images as one of the data set's cohorts"
            )
        if not os.path.isfile(path):
            raise UserError(f"predict.input: there is no file '{path}' (looked in {os.getcwd()})")
        if path.lower().endswith(".rds"):
            raise UserError(
                f"predict.input: '{path}': .rds files are not read here: save it as text, .parquet,"
                " .h5ad or .gct"
            )
        if os.path.exists(output) and os.path.samefile(path, output):
            raise UserError(f"predict.output: '{output}' is the input: write to another file")
    folder = os.path.dirname(output) or "."
    if not os.path.isdir(folder):
        raise UserError(f"predict.output: there is no folder '{folder}': make it, or correct it")
    if os.path.isdir(output):
        raise UserError(f"predict.output: '{output}' is a folder: give the name of a .csv file")
    language, _, model = model.partition("/")
    tables = {
        layer: {"path": path, **read_by(dataset["layers"][layer])} for layer, path in paths.items()
    }
    sheet_id = dataset.get("sheet", {}).get("id")
    for layer, table in tables.items():
        if "columns" in table:
            table["key"] = f"datasets.{name}.layers.{layer}"
        if sheet_id and "columns" in table and "table" not in dataset["layers"][layer]:
            table["sheet"] = {"id": sheet_id}
    resolved = {"dataset": name, "language": language, "model": model, "output": output}
    return {**resolved, "join": dataset["join"], "tables": tables}


def check_batch(batch: dict | None) -> None:
    """Refuse new samples for models of corrected values, unless they may stay uncorrected.

    batch: `Slices.batch_setting` of the data set.
    """
    if batch and batch["unseen"] == "error":
        raise UserError(
            f"predict.dataset: the values of {batch['dataset']} were corrected for the lab batches"
            f" of '{batch['column']}', and new samples are in none of them: set"
            " preprocessing.batch.unseen: uncorrected to predict them as they are (the models stay"
            " the same), or give them as a cohort"
        )


def read_by(layer: dict) -> dict:
    """The settings of a layer by which a table of new samples is read."""
    return {key: layer[key] for key in READ_BY if key in layer}


def _known(key: str, what: str, name: str, known: list[str]) -> None:
    if name not in known:
        near = did_you_mean(name, known)
        raise UserError(f"{key}: '{name}' is not a {what}.{near} Known: {some(known, 20)}")


def split_input(text: str, layers: list[str]) -> dict[str, str]:
    """{layer: path} from a path or, for several layers, from `genes=a.tsv,lipids=b.tsv`."""
    if len(layers) == 1:
        return {layers[0]: text.removeprefix(f"{layers[0]}=")}
    paths = dict(part.partition("=")[::2] for part in text.split(","))
    if set(paths) != set(layers) or not all(paths.values()):
        wanted = ",".join(f"{layer}=….tsv" for layer in layers)
        raise UserError(f"predict.input: '{text}' must give a table for each layer: {wanted}")
    return {layer: paths[layer] for layer in layers}


def check_saved(final_models: bool) -> None:
    """Refuse new samples in a run that saves no models."""
    if not final_models:
        raise UserError(
            "predict: this run has final_models: false, so it saves no models: set it to true, and"
            " run the comparison again, which then trains only what is missing"
        )


def find_model(folder: str, manifest: str) -> tuple[str, str]:
    """(path, SHA-256 by the manifest) of the model that split `final` left in `folder`.

    UserError unless both are as the run's own jobs wrote them, since reading a model can run code.
    """
    if not (os.path.isdir(folder) and os.path.isfile(manifest)):
        raise UserError(
            f"{folder}: there is no saved model of a finished run: run the comparison first"
        )
    for written in unrecorded([folder, manifest]):
        raise UserError(
            f"{written}: its checksum was not recorded when it was made, so no model is read:"
            " delete it, and run the comparison again"
        )
    check([folder, manifest])
    saved = [name for name in os.listdir(folder) if name in MODEL_FILES]
    if not saved:
        raise UserError(
            f"{folder}: the model failed on split final, so there is none to predict with: see"
            " failures.csv, fix it, and run the comparison again"
        )
    path = os.path.join(folder, saved[0])
    with open(manifest, encoding="utf-8") as file:
        known = json.load(file).get("models", {})
    if path not in known:
        raise UserError(f"{path}: not in {manifest}, so it is not read: run the comparison again")
    return path, known[path]
