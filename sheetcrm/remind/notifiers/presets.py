"""
The name of a mail provider → its server, and what it wants to hear as a password.

Nearly every trouble with these is the same one: they do not take the password
of the account.  So the advice stands beside the address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sheetcrm.messages import N_, tr

Security = Literal["starttls", "tls", "none"]

_APP_PASSWORD = N_("it wants an app password, not the account's own: {where}")
_CODE = N_("it wants an authorisation code (授权码), not the account's password: {where}")


@dataclass(frozen=True)
class Provider:
    """Where a provider takes mail; `advice` is what to know before signing in, marked for translation, `where` its `{where}`."""

    host: str
    port: int
    security: Security
    advice: str
    where: str = ""


PROVIDERS = {
    "gmail": Provider(
        "smtp.gmail.com", 587, "starttls",
        N_("it wants an app password, not the account's own: {where} (needs 2-step verification), or oauth: {{type: google}}"),
        "https://myaccount.google.com/apppasswords",
    ),
    "outlook": Provider(
        "smtp-mail.outlook.com", 587, "starttls",
        N_("it takes no passwords any more, only OAuth2 tokens: set oauth: {{type: command}} or {{type: file}}"),
    ),
    "office365": Provider(
        "smtp.office365.com", 587, "starttls",
        N_("it wants an OAuth2 token (oauth:), and SMTP AUTH switched on for this mailbox by the administrator"),
    ),
    "qq": Provider("smtp.qq.com", 465, "tls", _CODE, "mail.qq.com, 设置, 账号, 开启 SMTP 服务, 生成授权码"),
    "exmail": Provider(
        "smtp.exmail.qq.com", 465, "tls",
        N_("it wants an authorisation code (授权码), not the account's password: {where}; with 安全登录 on it is the 客户端专用密码"),
        "exmail.qq.com, 设置, 客户端设置",
    ),
    "163": Provider("smtp.163.com", 465, "tls", _CODE, "mail.163.com, 设置, POP3/SMTP/IMAP, 新增授权密码"),
    "126": Provider("smtp.126.com", 465, "tls", _CODE, "mail.126.com, 设置, POP3/SMTP/IMAP, 新增授权密码"),
    "aliyun": Provider(
        "smtp.qiye.aliyun.com", 465, "tls",
        N_("it wants the third-party client password (三方客户端安全密码) of the mailbox, if the administrator made these obligatory"),
    ),
    "feishu": Provider("smtp.feishu.cn", 465, "tls", N_("it wants the 专用密码 of 设置, 客户端设置, not the account's password")),
    "icloud": Provider("smtp.mail.me.com", 587, "starttls", _APP_PASSWORD, "https://account.apple.com"),
    "yahoo": Provider("smtp.mail.yahoo.com", 465, "tls", _APP_PASSWORD, "https://login.yahoo.com/account/security"),
    "zoho": Provider("smtp.zoho.com", 465, "tls", _APP_PASSWORD, "https://accounts.zoho.com, Security"),
}  # fmt: skip


def advice(host: str) -> str:
    """What to know about the provider at `host`; empty when it is none of these."""
    known = (one for one in PROVIDERS.values() if one.host == host.casefold())
    return next((tr(one.advice, where=one.where) for one in known), "")
