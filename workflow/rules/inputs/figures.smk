# Tables that the figures read, for the rules of figures.smk.


def figure_input(figures):
    """The tables that figures read, by name."""
    own = dataset_files("predictions", "samples")
    tables = ["findings", *figure_tables(figures)]
    return {table: own.get(table) or partial(table_of, table) for table in tables}


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
