"""
Spreadsheets and the ledger → archives in a folder, and back.

An archive is a zip of JSON and CSV that opens without us.  Nothing here
trusts one: what is read from a file is checked against what its manifest says.
"""
