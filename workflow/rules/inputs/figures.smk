# Tables that the figures read, for the rules of figures.smk.


def figure_input(figures):
    """The tables that figures read, by name: of all data sets, or of the job's data set."""
    per_dataset = {"predictions": "{dataset}/predictions.csv", "samples": "{dataset}/samples.tsv"}
    names = ["findings", *figure_tables(figures)]
    tables = {name: per_dataset.get(name, f"{name}.csv") for name in names}
    return {name: f"{RESULTS}/{file}" for name, file in tables.items()}


def dataset_figures(formats=("svg", "png"), datasets=DATASETS):
    """Files of all figures of data sets."""
    return [
        f"{IMAGES}/{dataset}/{figure}.{ending}"
        for dataset in datasets
        for figure in STUDY.figures(dataset)
        for ending in formats
    ]


def drawn_figures():
    """One figure of each data set, for rules that wait for all: one job draws them."""
    return [f"{IMAGES}/{dataset}/{STUDY.figures(dataset)[0]}.png" for dataset in DATASETS]
