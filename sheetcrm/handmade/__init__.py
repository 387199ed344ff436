"""
A spreadsheet made by hand → a template for it, or marks that bind it to one.

Nothing here changes a cell or how anything looks.
"""
