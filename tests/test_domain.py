"""What each template holds at least: sheets and columns by their Chinese titles, as the team asked for them.

`*` is required (in some state at least), `!` unique, `=` computed, `→` looks into that sheet, `?` several of a list or
a box to tick.  Templates may hold more.
"""

from __future__ import annotations

import re

import pytest

from sheetcrm.schema import loader
from sheetcrm.schema.columns.id import IdColumn
from sheetcrm.schema.columns.reference import ReferenceColumn
from sheetcrm.schema.rules import RequiredRule

DOMAIN = {
    "customer-list": {
        "客户": "客户编号*! 姓名* 公司 电话* 邮箱* 地址 地区 客户等级 客户类型 来源 沟通偏好 负责人 会员等级 积分 推荐人 满意度 最后核对日期 上次联系= "
        "下次跟进日期 累计消费= 最近购买= 同意联系 备注",
        "购买历史": "客户编号*→ 产品名称* 数量 金额* 币种 购买日期*",
        "跟进记录": "客户编号*→ 联系日期* 方式 沟通内容* 下一步计划 下次跟进日期 记录人",
        "投诉与反馈": "客户编号*→ 日期* 类型 内容* 处理状态 处理人 解决日期 满意度",
        "看板": "",
    },
    "account-manager": {
        "基本信息": "客户编号*! 客户名称* 手机 邮箱 公司名称 客户等级 兴趣爱好 客户经理 下次跟进日期 累计交易额= 最近互动= 创建日期",
        "交易记录": "交易编号*! 客户编号*→ 产品/服务名称* 交易金额* 币种 交易日期* 付款方式",
        "互动记录": "互动编号*! 客户编号*→ 互动日期* 互动类型 互动内容* 处理状态 处理人 解决日期",
        "分析与备注": "客户编号*!→ 客户满意度 购买频率 潜在需求 营销策略",
        "看板": "",
    },
    "collaborative-crm": {
        "客户信息管理": "客户编号*! 姓名* 联系方式* 公司名称 负责人 状态 满意度 下次跟进日期 最近沟通= 购买总额=",
        "互动记录": "客户编号*→ 日期* 类型 内容* 金额 记录人",
        "销售机会": "机会编号*! 客户编号*→ 阶段* 预计成交日期 预期销售额 成交日期 成交金额 负责人*",
        "客户服务": "客户编号*→ 服务请求* 提出日期* 处理进度 解决方案 负责人 期限 解决日期",
        "市场活动": "活动* 日期* 客户编号→ 参与 效果评估",
        "看板": "",
    },
    "chemicals": {
        "客户": "客户编号*! 公司名称* 联系人* 联系方式* 地址 行业/应用 偏好与需求 合作起始日 负责人 回访周期(天) 上次回访 下次回访= 资质到期日",
        "订单": "订单号*! 客户编号*→ 产品* CAS号 规格 数量 单位 金额* 币种 下单日期* 交货日期 订单状态 应收 已收 付款到期日 账款状态 发票状态 发票号",
        "反馈": "客户编号*→ 日期* 类型 内容* 处理状态 满意度",
        "销售看板": "",
        "财务看板": "",
    },
    "chemicals-secrets": {"配方成分": "产品*→ 客户编号", "生产工艺": "产品*→ 客户编号"},
    "pipeline": {
        "客户进度": "客户编号*! 客户名称* 销售阶段* 进入阶段日期 上次跟进= 下次跟进日期* 客户反馈 销售机会 预期金额 负责人* 流失原因",
        "跟进记录": "客户编号*→ 日期* 内容* 反馈 记录人",
        "看板": "",
    },
    "task-tracker": {
        "任务": "任务编号*! 项目* 客户 里程碑 任务名称* 起始日期* 截止日期* 负责人* 状态* 完成度 问题 备注",
    },
}
TEAM = "姓名*! 邮箱*! 角色 上级 手机 在职"
"""In every template."""
OPTIONS = {
    ("customer-list", "customers", "kind"): "VIP 普通 潜在",
    ("customer-list", "customers", "channel"): "电话 邮件 短信 微信",
    ("account-manager", "customers", "level"): "高 中 低",
    ("account-manager", "transactions", "payment"): "信用卡 支付宝 微信支付 银行转账 现金",
    ("account-manager", "interactions", "kind"): "咨询 投诉 反馈 回访",
    ("account-manager", "analysis", "satisfaction"): "非常满意 满意 一般 不满意 非常不满意",
    ("account-manager", "analysis", "frequency"): "每周 每月 每季度 每年 偶尔",
    ("collaborative-crm", "interactions", "kind"): "沟通 购买 反馈",
    ("chemicals", "feedback", "kind"): "建议 反馈 投诉",
    ("pipeline", "progress", "stage"): "潜在客户 初步接触 需求分析 方案制定 合同签订 成交 流失",
    ("task-tracker", "tasks", "status"): "未开始 进行中 已完成 已延迟 已取消",
}
ROLES = "管理员 主管 销售 客服 财务"


def template(name):
    return loader.load(loader.find(name))


def by_title(parts):
    return {part.title.say("zh").replace(" ", ""): part for part in parts.values()}


def is_required(spec, key, column):
    """Whether it must be filled, in some state of its row, or one of a few; an id that fills itself is there all the same."""
    together = any(key in getattr(rule, "of", ()) for rule in spec.rules if rule.code == "at_least_one")
    asked = any(isinstance(rule, RequiredRule) for rule in column.all_rules())
    return asked or together or (isinstance(column, IdColumn) and column.auto is not None)


def lacks(spec, wanted):
    """What of `客户编号*!` and its like the sheet has not."""
    keys = {column.title.say("zh").replace(" ", ""): key for key, column in spec.columns.items()}
    for word in wanted.split():
        title, marks = re.fullmatch(r"(.*?)([*!=→]*)", word).groups()
        if title not in keys:
            yield f"no {title}"
            continue
        column = spec.columns[keys[title]]
        yield from (
            f"{title} is not required" for _ in "*" if "*" in marks and not is_required(spec, keys[title], column)
        )
        yield from (f"{title} is not unique" for _ in "!" if "!" in marks and not column.is_unique)
        yield from (f"{title} is not computed" for _ in "=" if "=" in marks and not column.computed)
        yield from (f"{title} looks nowhere" for _ in "→" if "→" in marks and not isinstance(column, ReferenceColumn))


@pytest.mark.parametrize("name", DOMAIN)
def test_every_column_that_was_asked_for_is_there(name):
    sheets = by_title(template(name).sheets)
    assert [title for title in DOMAIN[name] if title not in sheets] == []
    assert {title: list(lacks(sheets[title], wanted)) for title, wanted in DOMAIN[name].items()} == {
        title: [] for title in DOMAIN[name]
    }


@pytest.mark.parametrize(("name", "sheet", "column"), OPTIONS, ids=" ".join)
def test_dropdowns_begin_with_the_options_that_were_asked_for(name, sheet, column):
    options = template(name).sheets[sheet].columns[column].options
    assert " ".join(option.title.say("zh") for option in options.values()) == OPTIONS[name, sheet, column]


@pytest.mark.parametrize("name", loader.names())
class TestEvery:
    def test_a_team_with_names_addresses_and_roles(self, name):
        made = template(name)
        spec = made.sheets[made.team.sheet]
        assert list(lacks(spec, TEAM)) == []
        roles = [option.title.say("zh") for option in spec.columns[made.team.role].options.values()]
        assert roles[: len(ROLES.split())] == ROLES.split()

    def test_a_dashboard_with_charts(self, name):
        assert any(spec.charts for spec in template(name).sheets.values())

    def test_a_view_for_each_person_and_for_a_role(self, name):
        views = [view for spec in template(name).sheets.values() for view in spec.views.values()]
        assert any(view.each for view in views)
        assert any(view.roles for view in views)

    def test_help_tells_when_mail_comes_and_what_may_be_changed(self, name):
        seeds = [seed for spec in template(name).sheets.values() for seed in spec.seeds if "topic" in seed]
        assert {"邮件提醒", "可以改什么", "示例行", "颜色"} <= {seed["topic"]["zh"] for seed in seeds}


def test_recipes_and_processes_are_in_a_spreadsheet_of_their_own():
    ours = by_title(template("chemicals").sheets)
    words = [*ours, *(title for spec in ours.values() for title in by_title(spec.columns))]
    assert [word for word in words if "配方" in word or "工艺" in word] == []


@pytest.mark.parametrize(
    ("name", "sheet"), [("customer-list", "购买历史"), ("account-manager", "交易记录"), ("chemicals", "订单")]
)
def test_several_currencies_have_a_total_in_one_by_rates_that_stay_when_examples_go(name, sheet):
    made = template(name)
    columns = by_title(by_title(made.sheets)[sheet].columns)
    assert columns["币种"].type == "currency"
    assert columns["折合人民币"].type == "converted"
    rates = by_title(made.sheets)["汇率"]
    assert {"CNY", "USD", "EUR"} <= {seed["currency"] for seed in rates.seeds if seed["rate"]}
    assert rates.samples == ()


def test_what_was_paid_is_changed_by_finance_and_whoever_leads_and_not_by_sales():
    made = template("chemicals")
    assert {"orders.received", "orders.account", "orders.invoice", "rates"} <= set(made.roles["finance"].edits)
    assert {key for key, role in made.roles.items() if role.edits} == {"finance", "lead", "admin"}


def test_who_serves_customers_may_have_a_copy_of_orders_without_their_money():
    seen = template("chemicals").roles["service"].sees["orders"].columns
    assert not {"amount", "received", "receivable", "account", "base"} & set(seen)


@pytest.mark.parametrize("name", ["customer-list", "collaborative-crm", "pipeline"])
def test_amounts_by_two_things_at_once_are_in_a_pivot_table(name):
    (pivot,) = template(name).sheets["board"].pivots.values()
    assert pivot.rows
    assert pivot.columns
    assert [value.by for value in pivot.values] == ["sum"]
