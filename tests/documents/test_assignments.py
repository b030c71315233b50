"""Who is to do what (由…负责, …牵头, …配合): the agencies with their roles."""

from __future__ import annotations

import pytest

from graphkit.documents import default_gazetteer
from graphkit.documents.extract import extract
from graphkit.documents.model import AssignmentValue, Document
from graphkit.documents.text import clean

FINANCE, INDUSTRY, AUDIT = "finance-140100", "industry-140100", "audit-140100"


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("由太原市财政局牵头、市工信局参加，逐户核查。", {FINANCE: "lead", INDUSTRY: "support"}),
        ("由太原市财政局比对数据后直接拨付。", {FINANCE: "lead"}),
        ("由太原市审计局数据处负责建模分析。", {AUDIT: "lead"}),
        ("太原市财政局对本辖区清欠工作负总责。", {FINANCE: "lead"}),
        ("太原市财政局牵头推进，会同市工信局做好核对。", {FINANCE: "lead", INDUSTRY: "support"}),
        ("太原市财政局牵头，市工信局等3家单位配合。", {FINANCE: "lead", INDUSTRY: "support"}),
        ("太原市工信局将牵头建立平台，市财政局予以保障。", {INDUSTRY: "lead", FINANCE: "support"}),
        ("责任单位：太原市财政局（牵头）、市工信局（配合）", {FINANCE: "lead", INDUSTRY: "support"}),
        ("责任单位：太原市财政局　督改单位：市审计局", {FINANCE: "lead", AUDIT: "support"}),
        ("由太原市财政局负\n责拨付资金，市工信局配 合。", {FINANCE: "lead", INDUSTRY: "support"}),
        ("由太原市财政局制定了办法。", {}),
        ("太原市财政局牵头的4个项目超期未决算。", {}),
        ("太原市财政局、市工信局协同作战，组织专车24辆。", {}),
    ],
)
def test_who_leads_and_who_supports(text: str, roles: dict[str, str]) -> None:
    document = Document(id="a", name="a.txt", format="txt", encoding="utf-8", text=clean(text))
    found = [one.value for one in extract(document, default_gazetteer())]
    assert {one.id: one.role for one in found if isinstance(one, AssignmentValue)} == roles
