"""A first configuration for somebody's own tables, with what it assumed and where it was unsure.

`matching` finds the samples of the table in the sheet, `columns` what the columns of the sheet are,
`outcome` what is predicted, `values` what the numbers of a table are; `answers` asks where this is
not certain; `propose` puts them together, and `text` writes the configuration.
"""
