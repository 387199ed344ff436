"""What is written is read back as the same, whatever people called things."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.handmade.yamltext import written
from sheetcrm.yamlfile import parse

TEXTS = st.one_of(
    st.text(max_size=30).filter(lambda text: not any("\ud800" <= char <= "\udfff" for char in text)),
    st.sampled_from(
        [
            "NO",
            "null",
            "~",
            "12:30",
            "0012",
            "=A1",
            "- x",
            "a: b",
            "a #b",
            "客户, 公司",
            "{x}",
            "'",
            '"',
            "x\ny",
            "\u2028",
            "-5",
            "1e5",
            " ",
        ]
    ),
)
LEAVES = st.one_of(
    TEXTS, st.booleans(), st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False, width=16)
)
KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(lambda key: key not in ("null", "true", "false"))


@given(
    data=st.dictionaries(
        KEYS,
        st.recursive(
            LEAVES,
            lambda inner: (
                st.dictionaries(KEYS, inner, min_size=1, max_size=4) | st.lists(inner, min_size=1, max_size=4)
            ),
            max_leaves=12,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_data_survives_the_way_there_and_back(data):
    read = parse(written(data, {}), "draft.yaml").data
    assert read == data


@given(title=TEXTS)
def test_a_remark_stands_above_its_line(title):
    data = {"sheets": {"a": {"columns": {"one": {"title": title}, "two": {"title": title}}}}}
    text = written(data, {("sheets", "a", "columns", "two"): ["look at this"]})
    lines = text.split("\n")
    at = next(number for number, line in enumerate(lines) if line.strip() == "# look at this")
    assert lines[at + 1].strip().startswith("two:")
    assert parse(text, "draft.yaml").data == data
