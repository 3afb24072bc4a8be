"""R objects: formats.R writes them as .h5ad files, which are read here."""

from omc.core.errors import UserError

ENDINGS, CONTENT = (".rds",), None
ORIENTED, MATRICES, CAN_CRASH = True, True, False


def read_table(path: str, orientation=None, matrix=None):
    """Refuse the file: Python cannot read it."""
    raise UserError(f"{path}: only R reads .rds files: give it in a layer of a data set")
