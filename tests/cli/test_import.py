"""`sheetcrm import`: what it shows, what it writes beside, and the way from a draft to a second run that changes nothing."""

from __future__ import annotations

import csv
from pathlib import Path

FILE = (
    "客户编号;Customer;销售阶段;负责人;下次跟进日期;电话\n"
    "0007;=1+1;潜在客户;王芳（示例）;1.12.2026;+8613800138000\n"
    "0008;好公司;潜客;王芳（示例）;2.12.2026;13900139000\n"
)


def test_from_a_draft_to_the_second_run(pipeline):
    Path("new.csv").write_bytes(FILE.encode("gb18030"))
    drafted = pipeline("import", "new.csv", "--sheet", "progress", "--draft", "new.map.yaml")
    assert drafted.code == 0, drafted.err
    text = Path("new.map.yaml").read_text(encoding="utf-8")
    assert "encoding: gb18030" in text
    assert 'format: "%d.%m.%Y"' in text
    again = pipeline("import", "new.csv", "--sheet", "progress", "--draft", "new.map.yaml")
    assert (again.code, "is there already" in again.err) == (2, True)
    Path("new.map.yaml").write_text(
        text.replace('"潜客": "潜客"', '"潜客": lead').replace('"潜客": "潜在客户"', '"潜客": lead')
    )
    arguments = ("import", "new.csv", "--sheet", "progress", "--map", "new.map.yaml", "--report", "report.csv")
    first = pipeline(*arguments)
    assert first.code == 0, first.out + first.err
    assert "2 added, 0 changed, 0 the same, 0 refused" in first.out
    assert "公式" in first.err or "formula" in first.err
    lines = list(csv.DictReader(Path("report.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [(one["line"], one["became"], one["id"]) for one in lines] == [
        ("2", "added", "0007"),
        ("3", "added", "0008"),
    ]
    assert "0 added, 0 changed, 2 the same" in pipeline(*arguments).out


def test_a_draft_proposes_short_headers_for_long_titles(pipeline):
    Path("new.csv").write_text("客户编号,阶段,金额\n0007,潜在客户,12\n", encoding="utf-8")
    assert pipeline("import", "new.csv", "--sheet", "progress", "--draft", "new.map.yaml").code == 0
    text = Path("new.map.yaml").read_text(encoding="utf-8")
    assert '# stage: "阶段"  # likely: a part of 销售阶段' in text
    assert '# amount: "金额"  # likely: a part of 预期金额' in text
    assert "going nowhere" not in text


def test_a_sheet_may_be_named_in_small_letters(pipeline):
    """Somebody who made it from `pipeline` types that."""
    Path("new.csv").write_text("客户编号,销售阶段\n0007,潜在客户\n", encoding="utf-8")
    assert "1 would be added" in pipeline("import", "new.csv", "--sheet", "PiPeline", "--dry-run").out
    wrong = pipeline("import", "new.csv", "--sheet", "pipelines", "--dry-run")
    assert (wrong.code, "no such sheet: pipelines; did you mean Pipeline?" in wrong.err) == (2, True)


def test_what_changes_is_shown_and_undo_takes_it_back(pipeline):
    path = Path("change.csv")
    path.write_text("客户编号,客户名称\n0007,One\n", encoding="utf-8")
    assert pipeline("import", str(path), "--sheet", "progress").code == 0
    path.write_text("客户编号,客户名称\n0007,Two\n", encoding="utf-8")
    changed = pipeline("import", str(path), "--sheet", "progress")
    assert "0007: name: One → Two" in changed.out
    undone = pipeline("undo", "--yes")
    assert undone.code == 0, undone.err
    assert '"One"' in pipeline("export", "progress", "--format", "json").out


def test_days_are_shown_as_days_and_not_as_their_numbers(pipeline):
    path = Path("change.csv")
    for day in ("2026-01-05", "2026-02-28"):
        path.write_text(f"客户编号,客户名称,下次跟进日期\n0007,One,{day}\n", encoding="utf-8")
        changed = pipeline("import", str(path), "--sheet", "progress")
        assert changed.code == 0, changed.out + changed.err
    assert "0007: next: 2026-01-05 → 2026-02-28\n" in changed.out
    assert "0007 next: 2026-02-28 → 2026-01-05\n" in pipeline("undo", "--dry-run").out
    assert "0007 next: 2026-02-28 → 2026-01-05\n" in pipeline("undo", "--yes").out


def test_rows_are_known_by_a_phone_and_shifted_lines_mended(pipeline):
    Path("a.csv").write_text("客户编号,客户名称,电话\n0007,One,13711137111\n", encoding="utf-8")
    pipeline("import", "a.csv", "--sheet", "progress")
    Path("b.csv").write_text("电话,客户名称\n137 1113 7111,Two, Ltd\n", encoding="utf-8")
    refused = pipeline("import", "b.csv", "--sheet", "progress", "--key", "电话", "--dry-run")
    assert refused.code == 3
    done = pipeline("import", "b.csv", "--sheet", "progress", "--key", "电话", "--repair", "--json")
    assert done.json["mended"] == [{"line": 2, "text": '137 1113 7111,"Two, Ltd"'}]
    assert done.json["changes"]["0007"][0]["after"] == "Two, Ltd"
    wrong = pipeline("import", "b.csv", "--sheet", "progress", "--report", "x.txt")
    assert (wrong.code, "a report is a .csv or a .json" in wrong.err) == (2, True)


def test_what_breaks_a_rule_and_what_goes_nowhere_is_told_with_what_shows_more(pipeline):
    Path("a.csv").write_text("客户编号,客户名称,传真\n0007,One,1\n", encoding="utf-8")
    done = pipeline("import", "a.csv", "--sheet", "progress")
    assert (done.code, "1 added" in done.out) == (0, True)
    assert "3 cells in these rows break a rule; see: sheetcrm check" in done.err
    assert "columns of the file that go nowhere: 传真; --draft MAP.yaml writes down what they may be" in done.err
    assert len(pipeline("check", "--json").json["issues"]) == 3


def test_the_excel_file_of_an_export_leaves_nothing_to_say(pipeline):
    assert pipeline("export", "progress", "--samples", "--out", "all.xlsx").code == 0
    done = pipeline("import", "all.xlsx", "--sheet", "progress")
    assert (done.code, "go nowhere" in done.err, "break" in done.err) == (0, False, False), done.err
