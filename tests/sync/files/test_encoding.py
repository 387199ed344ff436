"""Which encoding a file is in, by what people write: names, towns and notes as they stand in real lists."""

import io

import pytest

from sheetcrm.sync.files.encoding import find

GERMAN = "Name;Straße;Ort\nJürgen Müller;Größeweg 5;Köln\nSüßöl GmbH;Bahnhofstraße 12;Düsseldorf\n"
FRENCH = "nom,ville,note\nNoël Déjà,Orléans,très fidèle\nFrançoise Lefèvre,Besançon,à rappeler\n"
SPANISH = "nombre,ciudad\nJosé Peña,A Coruña\nMaría Núñez,México D.F.\n"
SHOUTED = "name,note\nJOÃO,EDIÇÃO\nANDRÉ,AÇÃO\n"
NORDIC = "navn,by\nBjørn Ærø,Ålborg\nÄijä Mäkelä,Äänekoski\n"
SIGNS = "id,price,note\n1,5 €,20°C\n2,7 €,15°C\n"
CHINESE = "姓名,公司,备注\n王芳,北京青藤科技有限公司,“很好”！\n李强,上海小满茶铺,下周回访\n"
SHORT = "id,name\n1,王芳\n2,李强\n"
RARE = "id,name,city\n1,朱镕基,北京\n2,徐喆,上海\n3,欧阳堃,深圳\n"
MIXED_TEXT = "id,name,city\n1,Ann Lee,Berlin\n2,张三,上海\n3,VIP客户,Paris\n"


@pytest.mark.parametrize("text", [GERMAN, FRENCH, SPANISH, SHOUTED, NORDIC, SIGNS])
def test_western_text_is_not_taken_for_chinese(text):
    assert find(io.BytesIO(text.encode("cp1252"))) == "cp1252"


@pytest.mark.parametrize("text", [CHINESE, SHORT, RARE, MIXED_TEXT])
@pytest.mark.parametrize("encoding", ["gbk", "gb18030"])
def test_chinese_text_is_found_out(text, encoding):
    assert find(io.BytesIO(text.encode(encoding))) == "gb18030"


@pytest.mark.parametrize("text", [GERMAN, FRENCH, SIGNS, CHINESE, RARE, "plain\n", ""])
def test_utf_8_proves_itself(text):
    assert find(io.BytesIO(text.encode())) == "utf-8"
    assert find(io.BytesIO(text.encode("utf-8-sig"))) in ("utf-8-sig", "utf-8")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark(encoding):
    assert find(io.BytesIO("id,name\n1,Ann\n".encode(encoding))) == encoding


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("Привет мир\nМосква\n".encode("cp1251"), id="Russian"),
        pytest.param("日本語テキスト\n東京\n".encode("shift_jis"), id="Japanese"),
        pytest.param(b"\xff\xff\n", id="nothing that anybody writes"),
    ],
)
def test_what_is_neither_is_not_guessed(body):
    assert find(io.BytesIO(body)) is None


def test_a_few_lines_in_another_encoding_do_not_change_the_rest():
    assert find(io.BytesIO(CHINESE.encode() * 3 + SHORT.encode("gbk"))) == "utf-8"
    assert find(io.BytesIO(CHINESE.encode("gbk") * 3 + SHORT.encode())) == "gb18030"
