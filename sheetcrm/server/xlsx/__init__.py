"""Excel's .xlsx in and out: `export` writes a spreadsheet, `reading` makes one of a file, the rest are their halves."""
