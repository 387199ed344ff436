"""`sheetcrm template models`: the module on stdout or in a file."""

from __future__ import annotations

from sheetcrm.schema import loader, modelcode


def test_the_command_writes_it(sheetcrm, tmp_path):
    assert sheetcrm("template", "models", "pipeline").out == modelcode.module(loader.named("pipeline"))
    answer = sheetcrm("template", "models", "pipeline", "--out", "made/crm_models.py")
    assert "models=crm_models" in answer.err
    assert (tmp_path / "made/crm_models.py").read_text(encoding="utf-8") == modelcode.module(loader.named("pipeline"))
    refused = sheetcrm("template", "models", "pipeline", "--out", "made/crm_models.py/x.py")
    assert (refused.code, "cannot be written" in refused.err) == (2, True)
