"""The words of figures that depend on the results, one file per figure.

The file of a figure has its name and holds `title(result)` and, for the end of the subtitle,
`subtitle(result)`; both take a `Result` and return text, or "".
"""
