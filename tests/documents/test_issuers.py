"""Who issued a document: by its head, its signature, and what the text says of others."""

from __future__ import annotations

import pytest

from graphkit.documents import default_gazetteer
from graphkit.documents.extract import extract
from graphkit.documents.model import Document
from graphkit.documents.text import clean


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("云南省审计厅审计公告\n抚仙湖治理情况\n2021年第3号", ["audit-530000"]),
        ("审计要情\n2018年7月5日 通辽市审计局 编\n市政府：", ["audit-150500"]),
        ("泗洪县人民政府专题会议纪要\n洪政专纪〔2023〕5号", ["government-321324"]),
        ("会宁县水务局关于农村供水保障工程三季度工作总结\n已完成。", ["water-620422"]),
        ("养老服务情况\n规定每季度考核一次。\n南平市审计局\n", ["audit-350700"]),
        ("（2019年11月29日 内蒙古自治区审计厅）\n已开展审计。", ["audit-150000"]),
        ("山西省审计厅跟踪审计旬报（第4期）\n已开展审计。", ["audit-140000"]),
        ("交办单位：太原市水务局\n已办。", ["water-140100"]),
        ("太原市民政局等4部门关于印发《工作方案》的通知\n各县区：", ["civil-affairs-140100"]),
        ("贴息政策执行情况\n太原市财政局监督科\n\n近年来，贴息持续增长，惠及全市养殖户。", ["finance-140100"]),
        ("老旧小区改造汇报\n太原市住房和城乡建设局（2021年10月28日）\n已改造。", ["housing-140100"]),
        ("玻璃门\n川北晨报 2020年11月26日\n莫再装。", []),
        ("太原市财政局督促整改。", []),
        ("太原市财政局督促整改，根据财政部《关于做好清欠工作的通知》（财资〔2020〕1号）办理。", []),
        ("整改中，太原市水务局出台了《管护办法》。", []),
        ("太原市水务局印发《管护办法》。", ["water-140100"]),
    ],
)
def test_who_issued_a_document(text: str, ids: list[str]) -> None:
    document = Document(id="a", name="a.txt", format="txt", encoding="utf-8", text=clean(text))
    found = [one.value for one in extract(document, default_gazetteer()) if one.kind == "issuer"]
    assert [getattr(one, "id", None) for one in found] == ids
