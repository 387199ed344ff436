"""
Spreadsheet → records and issues; records and CSV → spreadsheet.

Rows are known by their key, never by their position: people sort, insert and
move while we look away.
"""
