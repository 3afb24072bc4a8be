"""The .rds files of a data set, which R turns into .h5ad files first."""


def replace_rds(name: str, dataset: dict, results: str) -> dict[str, dict]:
    """Replace each .rds file of a data set by the .h5ad file that R will make from it.

    Returns the source of each .h5ad file by path: rds, kind (layer or sheet), matrix, orientation.
    The data set gets the names of the .rds files by those of the .h5ad files, as `rds`.
    """
    sources = {}

    def converted(path: str, part: str, source: dict) -> str:
        source = {"rds": path, **source}
        existing = next((file for file, other in sources.items() if other == source), None)
        file = existing or f"{results}/{name}/rds/{part}.h5ad"
        sources[file] = source
        return file

    cohorts = {f"cohorts.{cohort}.": part for cohort, part in dataset["cohorts"].items()}
    for prefix, part in {"": dataset, **cohorts}.items():
        sheet = part["samples"]
        if sheet.lower().endswith(".rds"):
            source = {"kind": "sheet", "matrix": None, "orientation": "samples_in_rows"}
            part["samples"] = converted(sheet, f"{prefix}samples", source)
        for layer_name, layer in part["layers"].items():
            if not layer.get("table", "").lower().endswith(".rds"):
                continue
            if "columns" in layer:
                source = {"kind": "sheet", "matrix": None, "orientation": "samples_in_rows"}
                layer["table"] = converted(layer["table"], f"{prefix}layers.{layer_name}", source)
            else:
                source = {"kind": "layer"} | {key: layer[key] for key in ("matrix", "orientation")}
                layer["table"] = converted(layer["table"], f"{prefix}layers.{layer_name}", source)
                layer.update(matrix=None, orientation="samples_in_rows")
    if sources:
        dataset["rds"] = {file: source["rds"] for file, source in sources.items()}
    return sources
