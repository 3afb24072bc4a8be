"""Write the page on which a run can be explored."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json
        from pathlib import Path

        from omc.report.explorer.content import alarms, content
        from omc.report.explorer.files import read_files, read_tables, with_figures
        from omc.report.explorer.page import page

        files, params = snakemake.input, snakemake.params
        own = ("data", "figures", "methods", "page", "predictions", "references", "samples")
        own += ("preprocessing", "sheets")
        tables = read_tables({name: path for name, path in files.items() if name not in own})
        datasets = json.loads(params.datasets)
        read_files(datasets, files.samples, files.predictions, files.data)
        home = Path(snakemake.output[0]).parent
        with_figures(datasets, files.figures, home)
        run = {
            "title": "Model comparison" + (f": {params.run}" if params.run else ""),
            "methods": Path(files.methods).read_text(encoding="utf-8"),
            "references": Path(files.references).read_text(encoding="utf-8"),
            "alarms": alarms(tables["checks"]),
            "links": list(params.links),
        }
        html = page(Path(files.page[0]).parent, content(tables, datasets, run))
        Path(snakemake.output[0]).write_text(html, encoding="utf-8")
        print(f"the page has {len(html) / 1e6:.1f} MB")
