"""Labels of features, such as the gene of a probe, for figures: from their table or a file."""

from typing import TYPE_CHECKING

from omc.core.errors import UserError, did_you_mean, some
from omc.data.annotation import Annotation, label_column
from omc.data.missing import is_missing
from omc.data.names import CONTROL, FORMULA

if TYPE_CHECKING:
    import pandas as pd


def preferred(names: list[str]) -> str | None:
    """The column of an annotation that has the labels: by its name, else the first."""
    return label_column(names) or (names[0] if names else None)


def labels_of(table: "pd.DataFrame") -> Annotation:
    """{feature: label} of a table (samples x features), from the annotation that came with it."""
    annotation = table.attrs.get("annotation", {})
    column = preferred(list(annotation))
    return Annotation() if column is None else _known(table.columns, annotation[column])


def _known(features, texts) -> Annotation:
    texts = (" ".join(str(text).split()) for text in texts)
    pairs = zip(map(str, features), texts, strict=True)
    return Annotation({name: text for name, text in pairs if _is_label(text) and text != name})


def _is_label(text: str) -> bool:
    """Whether a text may stand in a table of results."""
    return not (is_missing(text) or FORMULA.match(text) or CONTROL.search(text))


def read_labels(path: str, features: list[str], key: str) -> Annotation:
    """{feature: label} of a file, whose first column has the names of features.

    UserError if it names none of the features. key: of the configuration.
    """
    from omc.data.reading import format_of

    kind = format_of(path)
    if not hasattr(kind, "read_sheet") or kind.CONTENT == "an HDF5 file":
        raise UserError(f"{key}: {path}: labels are not read from such a file: give it as text")
    sheet = kind.read_sheet(path)
    if sheet.shape[1] < 2:
        raise UserError(f"{key}: {path} needs two columns: the names of features, and their labels")
    names = sheet.iloc[:, 0].str.strip()
    labels = _known(names, sheet[preferred(list(sheet.columns[1:]))])
    known = set(features)
    if known.isdisjoint(names):
        example = features[0] if features else ""
        raise UserError(
            f"{key}: the first column of {path} ({some(names, 3)}) names none of the features"
            f" ({some(features, 3)}).{did_you_mean(example, list(names)[:1000])} Give the names as"
            " in the table"
        )
    return Annotation({name: label for name, label in labels.items() if name in known})


def labelled(
    features: list[str], every: list[str], own: dict[str, str], files: dict[str, str], key: str
) -> dict[str, str]:
    """{feature: label} of some features of a data set, where there is a label.

    every: all its features; own: labels that came with the tables; files: path of the file with the
    labels of a layer, by what the names of its features begin with; key: of the data set's layers.
    """
    found = dict(own)
    for prefix, path in files.items():
        names = [name.removeprefix(prefix) for name in every if name.startswith(prefix)]
        labels = read_labels(path, names, f"{key}.feature_labels")
        found |= {f"{prefix}{name}": label for name, label in labels.items()}
    return {name: found[name] for name in features if name in found}
