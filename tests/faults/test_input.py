"""Broken and hostile input files: each is read right or refused in one sentence that names it."""

import csv
import gzip
import io
import multiprocessing
import os
import random
import re
import resource
import struct
import zlib

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy import sparse

from omc.core.errors import UserError
from omc.data.images import BrokenImage, read_image
from omc.data.importing import column
from omc.data.reading import read_sheet, read_table
from omc.learn.new_samples import read_layer

SECONDS, MEMORY = 60, 1 << 30
NAMES = ["NA", "null", "nan", "g,1", 'a"b', "α", " x", "1e5", "7", "None", "#N/A", "TRUE", "id2"]
WORDS = ["", "NA", "NaN", "#N/A", "null", " NA "]


class Case:
    """A file, and what is expected of it: a table, or part of the sentence, or (None) either."""

    def __init__(self, path, expected, read=read_table):
        self.path, self.expected, self.read = str(path), expected, read


def table_of(generator):
    """Samples x features with names that readers like to change."""
    rng = np.random.default_rng(generator.randrange(2**32))
    n, p = generator.randint(2, 8), generator.randint(2, 6)
    samples, features = (generator.sample(NAMES, k) for k in (n, p))
    values = rng.normal(size=(n, p)) * 10.0 ** rng.integers(-9, 9, (n, p))
    values[rng.random((n, p)) < 0.1] = np.nan
    values[:, 0] = np.arange(n)
    return pd.DataFrame(values, samples, features)


# --------------------------------------------------------------------------------- tables of text


def rows_of(table, generator, corner="sample"):
    """Rows of fields, the header first."""
    word = generator.choice(WORDS)
    rows = [[corner, *table.columns]]
    for name, values in table.iterrows():
        rows.append([name, *(word if np.isnan(v) else repr(float(v)) for v in values)])
    return rows


def text_of(rows, sep, generator):
    """Rows as programs write them."""
    file = io.StringIO()
    quoting = generator.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    end = generator.choice(["\n", "\r\n", "\r"])
    csv.writer(file, delimiter=sep, quoting=quoting, lineterminator=end).writerows(rows)
    start = generator.choice(["", "\ufeff", end])
    return start + file.getvalue().removesuffix(generator.choice(["", end]))


def well_formed(table, rows, generator):
    kind = generator.choice(["as it is", "row ends", "all ends", "header end", "R", "blank row"])
    if kind in ("row ends", "all ends"):
        for row in rows[kind == "row ends" :]:
            row.append("")
    elif kind == "header end":
        rows[0].append("")
    elif kind == "R":
        del rows[0][0]
    elif kind == "blank row":
        rows.insert(generator.randrange(1, len(rows)), [])
    return table


def short_row(table, rows, generator):
    del rows[generator.randrange(1, len(rows))][generator.randrange(1, table.shape[1] + 1)]
    return "fields?|has no name|not a number"


def long_row(table, rows, generator):
    row = rows[generator.randrange(2, len(rows))]
    row.insert(generator.randrange(1, len(row)), generator.choice(["", "3.5"]))
    return "field"


def lost_tab(table, rows, generator):
    at = generator.randrange(0, table.shape[1])
    rows[0][at : at + 2] = [rows[0][at] + generator.choice(["", " "]) + rows[0][at + 1]]
    return "has no name: the header has|not a number"


def a_word(table, rows, generator):
    at = generator.randrange(1, len(rows)), generator.randrange(1, len(rows[0]))
    rows[at[0]][at[1]] = generator.choice(["high", "1,5", "1_0", "0x1F", "2020-01-01", "."])
    return "not a number"


def twice(table, rows, generator):
    if generator.random() < 0.5:
        rows[0][2] = rows[0][1]
    else:
        rows[2][0] = rows[1][0]
    return "names appear twice"


def nameless(table, rows, generator):
    rows[generator.randrange(1, len(rows))][0] = generator.choice(["", " ", "a\0b"])
    return "has no name|binary data"


def open_quote(table, rows, generator):
    rows[-1][-1] = OPEN
    return "unexpected end of data|not a number|field"


OPEN = "an open quote"
MISTAKES = [short_row, long_row, lost_tab, a_word, twice, nameless, open_quote]


def text_case(folder, generator):
    ending = generator.choice([".tsv", ".csv", ".txt", ".tsv.gz"])
    sep, table = "," if ending == ".csv" else "\t", table_of(generator)
    change = generator.choice([well_formed, *MISTAKES])
    rows = rows_of(table, generator)
    expected = change(table, rows, generator)
    content = text_of(rows, sep, generator).replace(f'"{OPEN}"', OPEN).replace(OPEN, '"1')
    path, content = folder / f"table{ending}", content.encode()
    if ending == ".tsv.gz":
        content = gzip.compress(content)
        if generator.random() < 0.5:
            content, expected = content[: generator.randrange(len(content) - 8)], "cannot be|empty"
    path.write_bytes(content)
    return Case(path, expected, generator.choice([read_table, as_new_samples]))


def as_new_samples(path):
    """As `predict` reads a table of new samples for a model of all its features."""
    layer = {"path": path, "orientation": "samples_in_rows", "matrix": None}
    layer |= {"transform": "none", "pseudo_count": 0}
    return read_layer(layer, list(read_table(path).columns))


def gct_case(folder, generator):
    table = table_of(generator)
    rows = [["Name", "Description", *table.index]]
    rows += [[name, "x", *map(repr, map(float, table[name]))] for name in table]
    expected, kind = table, generator.choice(["as it is", "ends", "short", "cut", "promise"])
    counts = [str(table.shape[1]), str(table.shape[0])]
    if kind == "ends":
        for row in rows[1:]:
            row += ["", ""]
    elif kind == "short":
        del rows[generator.randrange(1, len(rows))][-1]
        expected = "field|promises"
    elif kind == "cut":
        rows, expected = rows[: generator.randrange(len(rows))], "promises|cannot|field"
    elif kind == "promise":
        counts[generator.randrange(2)], expected = (
            generator.choice(["1", "x", "-1", "99"]),
            "second",
        )
        if counts == [str(table.shape[1]), str(table.shape[0])]:
            expected = table
    path = folder / "table.gct"
    lines = ["#1.2", "\t".join(counts), *("\t".join(map(quoted, row)) for row in rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return Case(path, expected)


def quoted(field):
    return '"' + field.replace('"', '""') + '"' if '"' in field else field


def bomb_case(folder, generator):
    lines = generator.choice(
        [b"0\t" * 10**6, b"\n" * 10**6, b"S\t1\n" * 10**6, b'"' + b"a" * 10**6]
    )
    packer, path = zlib.compressobj(wbits=31), folder / "table.tsv.gz"
    with open(path, "wb") as file:
        file.write(packer.compress(b"sample\tg1\nS1\t"))
        for _ in range(generator.choice([300, 1000])):
            file.write(packer.compress(lines))
        file.write(packer.flush())
    return Case(path, "would take more than|field", generator.choice([read_table, read_sheet]))


def sheet_case(folder, generator):
    word = generator.choice(["N/A", "#N/A", "nan", "", "<NA>", "a"])
    labels = ["a", "b", word, "none"]
    rows = [["sample", "class", "age"], *([f"S{i}", k, str(i)] for i, k in enumerate(labels))]
    table = pd.DataFrame(rows[1:], columns=rows[0]).set_index("sample")
    expected = table if word == "a" else "class' of .* is empty"
    kind = generator.choice(["as it is", "ends", "R", "short", "long", "twice", "shifted"])
    if kind == "ends":
        rows = [rows[0], *([*row, ""] for row in rows[1:])]
    elif kind == "R":
        rows = [rows[0], *([str(i + 1), *row] for i, row in enumerate(rows[1:]))]
    elif kind == "short":
        del rows[generator.randrange(1, 5)][-1]
        expected = "field"
    elif kind == "long":
        rows[generator.randrange(2, 5)].append(generator.choice(["", "x"]))
        expected = "field"
    elif kind == "twice":
        rows[0][2], expected = "class", "columns appear twice"
    elif kind == "shifted":
        rows, expected = [rows[0], *([*row, "x"] for row in rows[1:])], "no name"
    path = folder / generator.choice(["sheet.tsv", "sheet.csv"])
    text = text_of(rows, "," if path.suffix == ".csv" else "\t", generator)
    path.write_text(text, encoding="utf-8", newline="")
    return Case(path, expected, labelled)


def labelled(path):
    """As the import reads a sheet."""
    sheet = read_sheet(path)
    column(sheet, "class", "datasets.a.outcome.column", path)
    return sheet


# -------------------------------------------------------------------------------- binary formats


def h5ad_case(folder, generator):
    table, path = table_of(generator).fillna(0), folder / "table.h5ad"
    kind = generator.choice([np.asarray, sparse.csr_matrix, sparse.csc_matrix])
    var = pd.DataFrame(index=table.columns)
    anndata.AnnData(kind(table.to_numpy()), pd.DataFrame(index=table.index), var).write_h5ad(path)
    if generator.random() < 0.4:
        return damaged(path, generator)
    with h5py.File(path, "r+") as file:
        parts = [f"X/{part}" for part in file["X"]] if kind is not np.asarray else ["X"]
        name = generator.choice([*parts, "obs/_index", "var/_index", "X", "obs"])
        del file[name]
        file[name] = generator.choice(
            [h5py.ExternalLink("x.h5", "/X"), h5py.SoftLink("/"), h5py.SoftLink("/" + name), 1.0]
            + [np.array(v) for v in ([-1, 10**9], [], [[[1]]], [0.5, np.nan], [b"a", b"b\0c"])]
            + [h5py.Empty("f8")]
        )
    return Case(path, None if name.endswith("_index") else "")


def parquet_case(folder, generator):
    table, path = table_of(generator), folder / "table.parquet"
    change = generator.choice(
        ["as it is", "damaged", "dates", "levels", "numbers", "lists", "none"]
    )
    expected = table
    if change == "dates":
        table, expected = table.assign(day=pd.Timestamp("2020-01-01")), "dates"
    elif change == "levels":
        table = table.set_axis(pd.MultiIndex.from_product([["a"], table.index]))
        expected = "several levels"
    elif change == "numbers":
        table, expected = table.reset_index(drop=True), "must name the rows"
    elif change == "lists":
        table, expected = table.assign(x=[[1]] * len(table)), "not a number"
    elif change == "none":
        table, expected = table.set_axis([None, *table.index[1:]]), "no name"
    table.to_parquet(path)
    return damaged(path, generator) if change == "damaged" else Case(path, expected)


def damaged(path, generator):
    """A file that is cut, or in which bytes are changed. Changed bytes may be those of a number."""
    content = bytearray(path.read_bytes())
    if generator.random() < 0.5:
        path.write_bytes(content[: generator.randrange(len(content) - 1)])
        return Case(path, "")
    for _ in range(generator.choice([1, 4, 30])):
        at = generator.randrange(len(content))
        content[at] = generator.randrange(256)
        if generator.random() < 0.2:
            content[at : at + 8] = struct.pack("<q", generator.choice([-1, 2**31, 2**60]))
    path.write_bytes(content)
    return Case(path, None)


def image_case(folder, generator):
    ending = generator.choice(["png", "jpg", "tif"])
    path, side = folder / f"a.{ending}", generator.choice([4, 64, 64, 20000])
    if side == 20000:
        Image.new("1", (side, side)).save(path := folder / "a.png")
        return Case(path, "pixels", read_image)
    pixels = np.random.default_rng(side).integers(0, 255, (side, side, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    case = damaged(path, generator) if side == 64 else Case(path, "at least 8 x 8")
    case.read = read_image
    # A picture has no checksum of its own: a changed part is another picture.
    case.expected = None if side == 64 else case.expected
    return case


# ---------------------------------------------------------------------------------- the campaign

MAKERS = {
    text_case: 200, gct_case: 40, bomb_case: 6, sheet_case: 50, h5ad_case: 90, parquet_case: 60,
    image_case: 40,
}  # fmt: skip


def memory():
    """Most bytes that this process and its children have used."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(each).ru_maxrss for each in who) * 1024


def outcome_of(case, sender):
    """Read in a process of its own; sends 'read' or 'refused', the sentence, and its memory."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    before, sentence = memory(), None
    try:
        result = case.read(case.path)
    except UserError as error:
        sentence = str(error)
    except BrokenImage as error:
        sentence = f"{case.path} {error}"
    if sentence is None and isinstance(case.expected, pd.DataFrame):
        pd.testing.assert_frame_equal(
            result, case.expected, check_exact=True, check_names=False, check_column_type=False
        )
    sender.send(("read" if sentence is None else "refused", sentence, memory() - before))


def check(case):
    """(whether a file is refused, what is wrong with that) of a file that is read in a child."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=outcome_of, args=(case, sender))
    process.start()
    sender.close()
    try:
        status, sentence, used = receiver.recv()
    except EOFError:
        status, sentence, used = "", "", 0
    process.join()
    if used > MEMORY + os.path.getsize(case.path):
        return False, f"takes {used / 1e6:.0f} MB"
    if status == "read":
        return False, isinstance(case.expected, str) and f"read, not refused: {case.expected}"
    if status != "refused":
        return False, f"misread, or no sentence: exit code {process.exitcode}"
    plain = case.path in sentence and "\n" not in sentence and len(sentence) < 1000
    plain = plain and not re.search("MemoryError|llocate", sentence)
    fits = case.expected is None or not isinstance(case.expected, pd.DataFrame)
    fits = fits and re.search(case.expected or "", sentence)
    return True, not (plain and fits) and f"wrong sentence, not {case.expected}: {sentence}"


@pytest.mark.parametrize("share", [0.05, pytest.param(1, marks=pytest.mark.faults)])
def test_each_file_is_read_right_or_refused_in_a_sentence(tmp_path, share):
    generator, refused, count, problems = random.Random(2022), 0, 0, []
    for make, cases in MAKERS.items():
        for _ in range(round(share * cases)):
            count += 1
            folder = tmp_path / f"{make.__name__}_{count}"
            folder.mkdir()
            case = make(folder, generator)
            is_refused, problem = check(case)
            refused += is_refused
            if problem:
                problems.append(f"{case.path}: {problem}")
    assert not problems, "\n".join(problems)
    print(f"\n{count} of {count} input files refused ({refused}) or read, 0 silently misread")
