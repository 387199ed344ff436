"""
What Sheets can hold: the waist between templates and requests.

Importing this package makes every kind known to `kinds()`.
"""

from sheetcrm.resources.banding import Banding
from sheetcrm.resources.base import SPREADSHEET, Address, Cell, Json, Policy, Request, Resource, State, kinds, rows_text
from sheetcrm.resources.basic_filter import BasicFilter
from sheetcrm.resources.chart import Chart, Drawn, Series
from sheetcrm.resources.chart_place import ChartPlace
from sheetcrm.resources.column import Column
from sheetcrm.resources.column_group import ColumnGroup
from sheetcrm.resources.filter_view import Criterion, FilterView
from sheetcrm.resources.formula import Formula
from sheetcrm.resources.grid import Grid
from sheetcrm.resources.header import Header
from sheetcrm.resources.header_row import HeaderRow
from sheetcrm.resources.header_style import HeaderStyle
from sheetcrm.resources.highlight import Highlight, Highlights
from sheetcrm.resources.locale import Locale
from sheetcrm.resources.lock import Lock
from sheetcrm.resources.look import Look
from sheetcrm.resources.memory import Memory
from sheetcrm.resources.named_range import NamedRange
from sheetcrm.resources.note import Note
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.resources.offered import Offered
from sheetcrm.resources.palette import Palette
from sheetcrm.resources.pivot import Group, Pivot, Summary
from sheetcrm.resources.protection import Protection
from sheetcrm.resources.rewording import Rewording
from sheetcrm.resources.rows import Rows
from sheetcrm.resources.samples import SampleRows
from sheetcrm.resources.tab import Tab
from sheetcrm.resources.tab_style import TabStyle
from sheetcrm.resources.template_mark import TemplateMark
from sheetcrm.resources.title import Title
from sheetcrm.resources.validation import Condition, Validation
from sheetcrm.resources.width import Width

__all__ = [
    "SPREADSHEET",
    "Address",
    "Banding",
    "BasicFilter",
    "Cell",
    "Chart",
    "ChartPlace",
    "Column",
    "ColumnGroup",
    "Condition",
    "Criterion",
    "Drawn",
    "FilterView",
    "Formula",
    "Grid",
    "Group",
    "Header",
    "HeaderRow",
    "HeaderStyle",
    "Highlight",
    "Highlights",
    "Json",
    "Locale",
    "Lock",
    "Look",
    "Memory",
    "NamedRange",
    "Note",
    "NumberFormat",
    "Offered",
    "Palette",
    "Pivot",
    "Policy",
    "Protection",
    "Request",
    "Resource",
    "Rewording",
    "Rows",
    "SampleRows",
    "Series",
    "State",
    "Summary",
    "Tab",
    "TabStyle",
    "TemplateMark",
    "Title",
    "Validation",
    "Width",
    "kinds",
    "rows_text",
]
