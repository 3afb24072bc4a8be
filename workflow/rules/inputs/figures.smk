# Tables that the figures read, for the rules of figures.smk.


def figure_input(figures):
    """The tables that figures read, by name: of the job's data set, or also of its variants."""
    own = {**evaluated("predictions", *TABLES), **dataset_files("samples")}

    def of_base(table):
        return lambda wc: f"{RESULTS}/{STUDY.base(wc.dataset)}/{table}.csv"

    tables = ["findings", *figure_tables(figures)]
    return {table: own.get(table) or of_base(table) for table in tables}


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
