"""Whether a data set can be corrected for lab batches as the configuration asks."""

from omc.core.errors import UserError
from omc.study.datasets import outcome_roles

KEY = "preprocessing.batch"


def check_batch(batch: dict | None, name: str, dataset: dict) -> None:
    """Refuse settings of `preprocessing.batch` and `compare_batch` that do not suit a data set."""
    key = f"datasets.{name}"
    if batch is None:
        if dataset["compare_batch"]:
            raise UserError(f"{key}.compare_batch: nothing is corrected: set {KEY}, or take it out")
        return
    if dataset["compare_batch"] and "uncorrected" in dataset["layers"]:
        raise UserError(
            f"{key}.layers.uncorrected: compare_batch makes a variant of this name: rename"
            " the layer"
        )
    roles = {name: role for name, role in outcome_roles(dataset).items() if role != "groups"}
    for part, columns in (("column", [batch["column"]]), ("covariates", batch["covariates"])):
        for name in [name for name in columns if name in roles]:
            raise UserError(
                f"{KEY}.{part}: '{name}' is {key}.{roles[name]}: the outcome of the test samples"
                " would reach the models through the correction: take it out"
            )
    if batch["column"] in batch["covariates"]:
        raise UserError(f"{KEY}.covariates: '{batch['column']}' is {KEY}.column: take it out")
    if batch["covariates"] and batch["method"] == "mean":
        raise UserError(
            f"{KEY}.covariates: the method mean has no covariates: take them out, or set method to"
            " combat or residualise"
        )
    if batch["column"] == dataset["groups"] and batch["unseen"] == "error":
        raise UserError(
            f"{KEY}.column: '{batch['column']}' is {key}.groups, so that no fit is trained on a lab"
            " batch that it is tested on: set unseen: uncorrected, or take one of the two out"
        )
    if not corrected_layers(dataset):
        raise UserError(
            f"{KEY}: {key} has no layer to correct, as a baseline and columns of the sheet stay as"
            " they are: take it out, or add a layer"
        )


def corrected_layers(dataset: dict) -> list[str]:
    """Names of the layers that are corrected: neither a baseline nor columns of the sheet."""
    return [
        name
        for name, layer in dataset["layers"].items()
        if layer["role"] != "baseline" and "columns" not in layer
    ]


def lab_columns(batch: dict) -> dict[str, list[str]]:
    """[key, column] of the columns of a sheet that the correction needs, by their names in obs."""
    columns = {"lab_batch": [f"{KEY}.column", batch["column"]]}
    for number, name in enumerate(batch["covariates"], start=1):
        columns[f"covariate_{number}"] = [f"{KEY}.covariates", name]
    return columns
