"""
The wire, our end: the only importer of gspread.

Import from the modules: `gateway` needs gspread, `session` google.auth.
"""
