"""Every format and encoding comes in whole; what cannot be read is refused in one line or reported where it is."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import pytest

from graphkit.documents import Document, limits, read_document, read_documents
from graphkit.model.errors import InputError
from tests.documents.samples import docx_bytes, pdf_bytes, replace_part, zip_bytes

SIMPLIFIED = "山西省审计厅发现部分企业未享受租金减免政策，涉及金额三百万元。"
TRADITIONAL = "山西省審計廳發現部分企業未享受租金減免政策，涉及金額三百萬元。"


def read(folder: Path, name: str, data: bytes) -> Document:
    path = folder / name
    path.write_bytes(data)
    return read_document(path)


def refused(folder: Path, name: str, data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(folder, name, data)
    message = str(caught.value)
    assert name in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (TRADITIONAL, "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "big5"),
        (SIMPLIFIED, "utf-16", "utf-16-le"),
        ("Rent relief for small firms was not passed on.", "ascii", "utf-8"),
    ],
)
def test_the_encoding_is_told_from_the_bytes(tmp_path: Path, text: str, encoding: str, told: str) -> None:
    document = read(tmp_path, "a.txt", text.encode(encoding))
    assert document.text.raw == text
    assert document.encoding == told
    assert not document.text.damages


def test_bytes_that_are_no_text_in_an_encoding_are_reported_where_they_are(tmp_path: Path) -> None:
    data = "县财政局未拨付".encode() + b"\xff\xfe" + "资金，影响项目建设。".encode()
    document = read(tmp_path, "a.txt", data)
    (damage,) = document.text.damages
    assert (damage.start, damage.end, damage.kind) == (7, 9, "undecodable")
    assert document.text.raw.startswith("县财政局未拨付\ufffd\ufffd资金")


def test_a_broken_gb18030_byte_does_not_change_the_choice_of_encoding(tmp_path: Path) -> None:
    data = SIMPLIFIED.encode("gb18030") + b"\xff" + SIMPLIFIED.encode("gb18030")
    document = read(tmp_path, "a.txt", data)
    assert document.encoding == "gb18030"
    assert len(document.text.damages) == 1


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b"\x00\x01\x02" * 50, "binary"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, ".docx"),
        ("a.pdf", b"%PDF-1.7\nnothing", "damaged"),
        ("a.docx", zip_bytes(**{"[Content_Types]__xml": b"<Types/>", "xl/workbook__xml": b"<x/>"}), "no Word document"),
        ("a.zip", b"PK\x03\x04broken", "damaged"),
        ("a.html", b"<html><body><script>x()</script></body></html>", "no text"),
    ],
)
def test_what_is_no_document_is_refused_in_one_line(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    assert says in refused(tmp_path, name, data)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_document(tmp_path / "missing.txt")
    with pytest.raises(InputError, match="cannot be read"):
        read_document(tmp_path)


def test_html_gives_what_a_reader_sees(tmp_path: Path) -> None:
    page = """<!DOCTYPE html><html><head><title>x</title><style>p{}</style></head><body>
      <p>一、县财政局<b>滞留</b>资金&nbsp;300&#19975;元。</p><script>alert('不可见')</script>
      <p style="display: none">隐藏</p><table><tr><td>甲</td><td>乙</td></tr></table><!-- 注释 --></body></html>"""
    document = read(tmp_path, "a.html", page.encode())
    assert document.text.raw == "一、县财政局滞留资金\xa0300万元。\n甲\t乙"
    assert document.text.clean.startswith("一、县财政局滞留资金300万元。")
    assert document.locator(0, 3) == "paragraph 1, char 0-3"


def test_html_in_a_declared_encoding(tmp_path: Path) -> None:
    page = f'<html><head><meta charset="gb2312"></head><body><p>{SIMPLIFIED}</p></body></html>'
    document = read(tmp_path, "a.htm", page.encode("gb18030"))
    assert (document.text.raw, document.encoding) == (SIMPLIFIED, "gb18030")


def test_html_entities_do_not_expand(tmp_path: Path) -> None:
    entities = '<!DOCTYPE html [<!ENTITY a "哈哈"><!ENTITY b "&a;&a;&a;&a;">]>'
    page = f"{entities}<html><body><p>开始 &b;&b; 结束</p></body></html>"
    assert "哈" not in read(tmp_path, "a.html", page.encode()).text.raw.split("开始", 1)[1]


def test_html_nested_too_deeply_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_HTML_DEPTH", 50)
    page = "<html><body>" + "<div>" * 60 + "字" + "</div>" * 60 + "</body></html>"
    assert "nested deeper than 50" in refused(tmp_path, "a.html", page.encode())


def test_word_paragraphs_tables_boxes_and_no_deleted_text(tmp_path: Path) -> None:
    changed = (
        "<w:p><w:ins><w:r><w:t>新增</w:t></w:r></w:ins><w:del><w:r><w:delText>删除</w:delText></w:r></w:del></w:p>"
    )
    box = (
        "<w:p><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>文本框</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>"
    )
    box = box.replace("<w:p><w:r><w:t>文", '<w:p xml:space="preserve"><w:r><w:t>文')
    data = docx_bytes("第一段", table=[["责任单位", "时限"], ["县财政局", "6月底前"]], extra_xml=(changed, box))
    document = read(tmp_path, "a.docx", data)
    assert document.format == "docx"
    assert document.text.raw.split("\n")[:4] == ["", "文本框", "新增", "第一段"]
    assert "责任单位\t时限\n县财政局\t6月底前" in document.text.raw
    start = document.text.raw.index("县财政局")
    assert document.locator(start, start + 4).startswith("row 2, char ")


def test_a_hyphen_that_does_not_break_a_line_is_one_and_an_optional_one_is_none(tmp_path: Path) -> None:
    day = "<w:p><w:r><w:t>2020</w:t><w:noBreakHyphen/><w:t>03</w:t><w:noBreakHyphen/><w:t>01</w:t></w:r></w:p>"
    word = "<w:p><w:r><w:t>over</w:t><w:softHyphen/><w:t>due</w:t></w:r></w:p>"
    document = read(tmp_path, "a.docx", docx_bytes("甲", extra_xml=(word, day)))
    assert document.text.raw == "2020-03-01\noverdue\n甲"


def test_word_whose_main_part_has_another_name(tmp_path: Path) -> None:
    renamed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx_bytes("责任单位"))) as source, zipfile.ZipFile(renamed, "w") as target:
        for name in source.namelist():
            content = source.read(name).replace(b"word/document.xml", b"word/document2.xml")
            target.writestr(
                name.replace("word/document.xml", "word/document2.xml").replace(
                    "document.xml.rels", "document2.xml.rels"
                ),
                content,
            )
    document = read(tmp_path, "a.docx", renamed.getvalue())
    assert (document.format, document.text.raw) == ("docx", "责任单位")


def test_word_with_xml_entities_is_refused(tmp_path: Path) -> None:
    declaration = b'<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w:document'
    data = replace_part(docx_bytes("甲"), "word/document.xml", (b"<w:document", declaration))
    assert "XML entities" in refused(tmp_path, "a.docx", data)


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    bomb = zip_bytes(a__txt=b"0" * 30_000_000)
    assert len(bomb) < 100_000
    assert "times its size" in refused(tmp_path, "a.zip", bomb)
    document = replace_part(docx_bytes("甲"), "word/document.xml", (b"<w:body>", b"<w:body>" + b" " * 30_000_000))
    assert "times its size" in refused(tmp_path, "a.docx", document)


def test_too_much_in_one_archive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_EXPANDED_BYTES", 1000)
    assert "unpacks to more than 1,000" in refused(tmp_path, "a.zip", zip_bytes(a__txt=b"a" * 600, b__txt=b"b" * 600))
    monkeypatch.setattr(limits, "MAX_ARCHIVE_MEMBERS", 1)
    assert "more than 1 files" in refused(tmp_path, "a.zip", zip_bytes(a__txt=b"a", b__txt=b"b"))


def test_a_zip_gives_its_documents_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    page = "<html><body><p>甲</p></body></html>".encode()
    path.write_bytes(zip_bytes(b__txt=SIMPLIFIED.encode(), a__html=page))
    assert [(one.name, one.format) for one in read_documents(path)] == [
        ("a.zip/a.html", "html"),
        ("a.zip/b.txt", "txt"),
    ]
    with pytest.raises(InputError, match="holds 2 documents"):
        read_document(path)


def test_a_zip_made_on_chinese_windows_has_readable_names(tmp_path: Path) -> None:
    data = zip_bytes(XXXX__txt=SIMPLIFIED.encode()).replace(b"XXXX.txt", "通报.txt".encode("gb18030"))
    assert read(tmp_path, "a.zip", data).name == "a.zip/通报.txt"


def test_a_bad_file_in_a_zip_does_not_cost_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zip_bytes(good__txt="太原市财政局".encode(), bad__pdf=b"%PDF-1.4 nothing"))
    problems: list[str] = []
    assert [one.name for one in read_documents(path, problems)] == ["a.zip/good.txt"]
    (problem,) = problems
    assert problem.startswith("a.zip/bad.pdf")
    with pytest.raises(InputError, match=r"bad\.pdf"):
        read_documents(path)


def test_utf_16_without_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("太原市财政局拨付资金300万元。".encode("utf-16-le"))
    document = read_document(path)
    assert (document.encoding, document.text.raw) == ("utf-16-le", "太原市财政局拨付资金300万元。")


def test_hidden_parts_of_a_page_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        '<html><body><p hidden>甲</p><p style="font-size:0">乙</p><p>丙</p></body></html>', encoding="utf-8"
    )
    assert read_document(path).text.raw == "丙"


def test_cells_stay_apart_before_a_figure(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(docx_bytes("责任", table=[["太原市财政局", "2020年6月30日前"]]))
    assert "太原市财政局\t2020年6月30日前" in read_document(path).text.clean


def test_a_pdf_encrypted_in_an_unknown_way_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_bytes("甲", encryption=b"/Encrypt 3 0 R"))
    with pytest.raises(InputError, match="encrypt"):
        read_document(path)


def test_an_archive_in_an_archive_is_refused(tmp_path: Path) -> None:
    assert "inside an archive" in refused(tmp_path, "a.zip", zip_bytes(b__zip=zip_bytes(a__txt=b"a")))


def test_without_its_extra_a_pdf_is_refused_with_the_name_of_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    assert "pip install 'graphkit[documents]'" in refused(tmp_path, "a.pdf", pdf_bytes("审计署通报"))


def test_pdf_text_comes_by_page_and_a_page_without_text_is_reported(tmp_path: Path) -> None:
    document = read(tmp_path, "a.pdf", pdf_bytes("审计署通报\n资金滞留三百万元", "", "第三页"))
    assert document.format == "pdf"
    assert "审计署通报" in document.text.raw
    start = document.text.raw.index("第三页")
    assert document.locator(start, start + 3).startswith("p3, ")
    assert document.warnings == ("a.pdf: page 2: has no text layer (scanned?); not read",)


def test_a_scanned_pdf_and_a_locked_one_are_refused(tmp_path: Path) -> None:
    assert "scanned" in refused(tmp_path, "a.pdf", pdf_bytes("", ""))
    key = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>/ID[<00><00>]" % (b"11" * 32, b"22" * 32)
    assert "password" in refused(tmp_path, "b.pdf", pdf_bytes("字", encryption=key))


def test_limits_on_pages_and_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_PDF_PAGES", 2)
    assert "3 pages" in refused(tmp_path, "a.pdf", pdf_bytes("一", "二", "三"))
    monkeypatch.setattr(limits, "MAX_TEXT_CHARACTERS", 10)
    assert "characters" in refused(tmp_path, "a.txt", SIMPLIFIED.encode())
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 5)
    assert "bytes" in refused(tmp_path, "a.txt", SIMPLIFIED.encode())


def test_the_content_tells_the_format_not_the_name(tmp_path: Path) -> None:
    assert read(tmp_path, "report.txt", pdf_bytes("审计")).format == "pdf"
    assert read(tmp_path, "page.dat", b"<!doctype html><p>a</p>").format == "html"


def test_the_same_bytes_have_the_same_id(tmp_path: Path) -> None:
    assert (
        read(tmp_path, "a.txt", b"abc").id == read(tmp_path, "b.txt", b"abc").id != read(tmp_path, "a.txt", b"abd").id
    )
