"""Texts that come with the features of a table, such as descriptions and gene names."""

# Names of columns with labels, the best first; they may be written with spaces, dots or capitals.
NAMES = (
    *("label", "symbol", "gene_symbol", "hgnc_symbol", "gene_name", "gene_names", "genename"),
    *("gene", "genes", "name", "compound", "metabolite", "protein", "description", "taxonomy"),
)


class Annotation(dict):
    """Texts of the features by the name of their column; pandas copies `attrs` at every step."""

    def __deepcopy__(self, memo):
        return self


def label_column(names: list[str]) -> str | None:
    """The column of an annotation that by its name has labels."""
    known = {name.lower().replace(" ", "_").replace(".", "_"): name for name in reversed(names)}
    return next((known[name] for name in NAMES if name in known), None)
