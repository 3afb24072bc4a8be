"""Ten pairs of a table and a sample sheet, as messy as people have them, made of real data."""

from pathlib import Path

import numpy as np
import pandas as pd

RESOURCES = Path(__file__).parents[1] / "resources"


def write_pairs(folder: Path) -> dict[str, tuple[str, str]]:
    """Write the files into a folder; returns {name: (table, sheet)}, file names in it.

    The table of `nobody` and its sheet share no name of a sample.
    """
    leukemia = RESOURCES / "leukemia"
    table = pd.read_csv(leukemia / "expression.tsv.gz", sep="\t", index_col=0).iloc[:300]
    sheet = pd.read_csv(leukemia / "samples.tsv", sep="\t")
    pairs = {}

    def add(name, table_file, sheet_file="sheet.tsv"):
        pairs[name] = table_file, sheet_file

    at = folder.joinpath
    sheet.to_csv(at("sheet.tsv"), sep="\t", index=False)

    table.to_csv(at("semicolons.csv"), sep=";", decimal=",")
    sheet.to_csv(at("semicolons_sheet.csv"), sep=";", index=False)
    add("european", "semicolons.csv", "semicolons_sheet.csv")

    table.to_excel(at("book.xlsx"))
    sheet.rename(columns={"sample": "Sample ID"}).to_excel(at("book_sheet.xlsx"), index=False)
    add("excel", "book.xlsx", "book_sheet.xlsx")

    # R's write.table: the header is one name short.
    header, rows = table.to_csv(sep="\t").split("\n", 1)
    at("write_table.txt").write_text(header.partition("\t")[2] + "\n" + rows, encoding="utf-8")
    add("write_table", "write_table.txt")

    names = [f"{number:02d}-P" for number in range(len(sheet))]
    changed = [f"X{name.replace('-', '.')}" for name in names]
    table.set_axis(changed, axis=1).to_csv(at("r_names.tsv"), sep="\t")
    sheet.assign(sample=names).to_csv(at("r_names_sheet.tsv"), sep="\t", index=False)
    add("names_that_r_changed", "r_names.tsv", "r_names_sheet.tsv")

    described = table.copy()
    described.insert(0, "Description", [f"gene {number}" for number in range(len(table))])
    described.to_csv(at("described.tsv.xz"), sep="\t")
    add("descriptions", "described.tsv.xz")

    twice = [name if number > 2 else "TP53" for number, name in enumerate(table.index)]
    table.set_axis(twice, axis=0).to_csv(at("twice.tsv"), sep="\t")
    add("names_twice", "twice.tsv")

    counts = pd.read_csv(RESOURCES / "obesity/counts.tsv.gz", sep="\t", index_col=0)
    taxa = [f"g__{name}" for name in counts.index]
    lines = counts.set_axis(taxa, axis=0).to_csv(sep="\t", index_label="#OTU ID")
    text = "# Constructed from biom file\n" + lines
    at("otus.txt").write_text(text, encoding="utf-8")
    subjects = pd.read_csv(RESOURCES / "obesity/lean_obese.tsv", sep="\t")
    subjects.to_csv(at("otus_sheet.tsv"), sep="\t", index=False)
    add("qiime", "otus.txt", "otus_sheet.tsv")

    table.to_csv(at("utf16.tsv"), sep="\t", encoding="utf-16")
    gaps = sheet.assign(subtype=sheet["subtype"].where(np.arange(len(sheet)) > 3))
    gaps.to_csv(at("gaps.csv"), index=False)
    add("gaps_in_the_outcome", "utf16.tsv", "gaps.csv")

    accessions = "\t".join(f'"GSM{number}"' for number in range(len(sheet)))
    values = table.to_csv(sep="\t", header=False)
    classes = "\t".join(f'"subtype: {label}"' for label in sheet["subtype"])
    at("series_matrix.txt").write_text(
        f'!Series_title\t"Leukemia"\n!Sample_geo_accession\t{accessions}\n'
        f"!Sample_characteristics_ch1\t{classes}\n!series_matrix_table_begin\n"
        f'"ID_REF"\t{accessions}\n{values}'
        "!series_matrix_table_end\n",
        encoding="utf-8",
    )
    add("geo", "series_matrix.txt", "series_matrix.txt")

    nobody = sheet.assign(sample=[f"patient {number}" for number in range(len(sheet))])
    nobody.to_csv(at("nobody.csv"), index=False)
    add("nobody", "write_table.txt", "nobody.csv")
    return pairs
