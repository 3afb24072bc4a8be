"""The .rds files of a data set, which R turns into .h5ad files first."""


def replace_rds(name: str, dataset: dict, results: str) -> dict[str, dict]:
    """Put the .h5ad file that R will make into the place of each .rds file of a data set.

    Returns what each is made of by its path: rds, kind (layer or sheet), matrix, orientation.
    """
    made = {}

    def converted(path: str, part: str, **how) -> str:
        source = {"rds": path, **how}
        known = next((file for file, other in made.items() if other == source), None)
        file = known or f"{results}/{name}/rds/{part}.h5ad"
        made[file] = source
        return file

    cohorts = {f"cohorts.{cohort}.": part for cohort, part in dataset["cohorts"].items()}
    for prefix, part in {"": dataset, **cohorts}.items():
        sheet = part["samples"]
        if sheet.lower().endswith(".rds"):
            how = {"kind": "sheet", "matrix": None, "orientation": "samples_in_rows"}
            part["samples"] = converted(sheet, f"{prefix}samples", **how)
        for layer_name, layer in part["layers"].items():
            if layer.get("table", "").lower().endswith(".rds"):
                how = {"kind": "layer"} | {key: layer[key] for key in ("matrix", "orientation")}
                layer["table"] = converted(layer["table"], f"{prefix}layers.{layer_name}", **how)
                layer.update(matrix=None, orientation="samples_in_rows")
    return made
