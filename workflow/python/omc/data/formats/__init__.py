"""Formats of feature tables and sample sheets, one per file, called as the file.

A format's file holds

- `ENDINGS`: of its files' names;
- `CONTENT`: what its files are by their first bytes (see `omc.data.files`); None: not looked at;
- `ORIENTED`: whether the configuration says what stands in rows; else the format fixes it;
- `MATRICES`: whether a file may hold several matrices, of which the configuration chooses one;
- `read_table(path, orientation, matrix)`: the numbers as stored, a DataFrame; of a format that is
  not oriented, samples x features;
- `read_sheet(path)`: the sample sheet as text columns with a column `sample`, where it has one.

`omc.data.reading` reads them.
"""
