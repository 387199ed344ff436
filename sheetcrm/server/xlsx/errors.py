"""A reason why a file is no spreadsheet."""


class XlsxError(ValueError):
    """The content cannot be read as .xlsx; the text says why, as the end of a sentence that begins with "it"."""
