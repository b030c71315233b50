"""Only what a named person accepted becomes a fact; every decision is kept and can be undone."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from graphkit.case.load import load_case
from graphkit.documents import Candidate, Document, clean, default_gazetteer, extract
from graphkit.documents.case_rows import case_rows, write_rows
from graphkit.documents.model import AmountValue, CountValue, FindingValue, Link, RegionValue, Value
from graphkit.documents.review import Review, parse_changes
from graphkit.documents.sheet import COLUMNS, import_decisions, workbook
from graphkit.facts import Facts
from graphkit.model.chinese import in_chinese
from graphkit.model.errors import InputError, RefusedError, StoreError, UsageError
from graphkit.model.tables import TABLES

TEXT = """平遥县审计局关于补助资金的审计通报

审计发现，平遥县财政局滞留补助资金300万元。2021年5月12日，平遥县审计局责令平遥县财政局限期整改。
由县民政局负责发放。
2021年6月1日
"""


@pytest.fixture
def review(tmp_path: Path) -> Review:
    moments = (datetime(2021, 7, 1, tzinfo=UTC) + timedelta(minutes=step) for step in range(1000))
    made = Review(tmp_path, "case-1", create=True, clock=lambda: next(moments))
    document = Document("doc-1", "通报.txt", "txt", "utf-8", clean(TEXT))
    made.add(document, extract(document, default_gazetteer()))
    return made


def one(review: Review, kind: str) -> str:
    return review.items(kind=kind)[0].candidate.id


def test_candidates_begin_as_pending_and_make_no_rows(review: Review) -> None:
    items = review.items()
    assert items
    assert {item.status for item in items} == {"pending"}
    assert case_rows(review.items()).tables == {}


def test_reading_a_document_again_changes_nothing(review: Review) -> None:
    before = review.items()
    review.decide(before[0].candidate.id, "accept", "王芳")
    document = Document("doc-1", "通报.txt", "txt", "utf-8", clean(TEXT))
    assert review.add(document, extract(document, default_gazetteer())) == 0
    assert [item.candidate for item in review.items()] == [item.candidate for item in before]
    assert review.items()[0].status == "accepted"


def test_who_when_what_and_why_are_kept(review: Review) -> None:
    finding = one(review, "finding")
    item = review.decide(finding, "accept", "王芳", note="查过原件")
    assert item.status == "accepted"
    assert item.decision is not None
    assert (item.decision.person, item.decision.note) == ("王芳", "查过原件")
    assert item.decision.decided_at.startswith("2021-07-01T")


def test_undo_brings_back_the_decision_before_and_is_itself_kept(review: Review) -> None:
    finding = one(review, "finding")
    review.decide(finding, "reject", "王芳")
    review.decide(finding, "accept", "李明")
    assert review.decide(finding, "undo", "王芳").status == "rejected"
    assert review.decide(finding, "undo", "王芳").status == "pending"
    with pytest.raises(UsageError, match="nothing to undo"):
        review.decide(finding, "undo", "王芳")
    assert [(one.verdict, one.person) for one in review.history(finding)] == [
        ("reject", "王芳"),
        ("accept", "李明"),
        ("undo", "王芳"),
        ("undo", "王芳"),
    ]


def test_a_correction_keeps_what_was_found_and_counts_the_new_value(review: Review) -> None:
    finding = one(review, "finding")
    item = review.decide(finding, "correct", "王芳", changes={"category": "break", "policy": "rent"})
    assert (item.value.category, item.value.policy) == ("break", "rent")
    assert item.candidate.value.category == "blockage"
    assert review.decide(finding, "undo", "王芳").value.category == "blockage"


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"colour": "red"}, "has the fields"), ({"category": "bad"}, "category"), ({}, "FIELD=VALUE")],
)
def test_a_correction_that_cannot_be_is_refused(review: Review, changes: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        review.decide(one(review, "finding"), "correct", "王芳", changes=changes)
    assert review.items(status="accepted") == []


def test_a_decision_needs_a_person_and_a_known_candidate(review: Review) -> None:
    with pytest.raises(UsageError, match="give a person"):
        review.decide(one(review, "finding"), "accept", "  ")
    with pytest.raises(UsageError, match="there is no candidate"):
        review.decide("c-000000000000", "accept", "王芳")
    with pytest.raises(UsageError, match="begin so"):
        review.decide("c-", "accept", "王芳")


def test_several_decisions_are_all_taken_or_none(review: Review) -> None:
    finding = one(review, "finding")
    with pytest.raises(UsageError):
        review.decide_all([(finding, "accept", None, None), ("c-none", "accept", None, None)], "王芳")
    assert review.items(status="accepted") == []


def test_accepted_candidates_become_rows_of_the_case_tables(review: Review) -> None:
    for item in review.items():
        review.decide(item.candidate.id, "accept", "王芳")
    rows = case_rows(review.items()).tables
    assert set(rows) <= set(TABLES)
    for name, table in rows.items():
        required = [column.name for column in TABLES[name].columns if column.required]
        assert all(row[column] for row in table for column in required), name
        columns = {*TABLES[name].column_names, "source", "locator"}  # of a document's number: kept as attributes
        assert all(set(row) <= columns for row in table), name
    (finding,) = rows["findings"]
    assert finding["title"] == "平遥县财政局滞留补助资金300万元"
    assert (finding["category"], finding["amount"], finding["agency"]) == ("blockage", "3000000", "finance-140728")
    assert (finding["found_on"], finding["source"]) == ("2021-06-01", "doc-1")
    (action,) = rows["actions"]
    assert (action["kind"], action["on"], action["finding"]) == ("instructed", "2021-05-12", finding["id"])
    assert {row["id"] for row in rows["agencies"]} >= {"finance-140728", "audit-140728"}
    assert [row["file"] for row in rows["documents"]] == ["通报.txt"]


def test_what_the_tables_need_and_nobody_said_is_named(review: Review) -> None:
    assignment = one(review, "assignment")
    review.decide(assignment, "accept", "王芳")
    made = case_rows(review.items())
    assert "assignments" not in made.tables
    assert [line.split(":")[0].split(" ")[0] for line in made.left_out] == [assignment]
    assert "policy, stage, scope" in made.left_out[0]
    review.decide(assignment, "correct", "王芳", changes={"policy": "p", "stage": "s", "scope": "140728"})
    (row,) = case_rows(review.items()).tables["assignments"]
    assert (row["policy"], row["stage"], row["scope"], row["agency"]) == ("p", "s", "140728", "civil-affairs-140728")


def test_an_action_whose_finding_was_not_accepted_makes_no_row(review: Review) -> None:
    review.decide(one(review, "action"), "accept", "王芳")
    made = case_rows(review.items())
    assert "actions" not in made.tables
    assert "accepting the finding" in made.left_out[0]


NOTICE = """山西省人民政府办公厅关于进一步支持中小企业的通知
晋政办发〔2020〕11号

为落实《国家发展改革委关于减免中小企业房租的通知》（发改投资规〔2020〕734号），8月底前完成减免，依据财金〔2020〕5号办理。
2020年5月20日
"""


def test_policies_and_numbers_become_rows_and_go_again_with_an_undo(tmp_path: Path) -> None:
    review = Review(tmp_path, create=True)
    document = Document("doc-9", "通知.txt", "txt", "utf-8", clean(NOTICE))
    review.add(document, extract(document, default_gazetteer()))
    for kind in ("policy", "document_number", "issuer", "deadline"):
        for item in review.items(kind=kind):
            review.decide(item.candidate.id, "accept", "王芳")
    made = case_rows(review.items())
    rows = {row["number"]: row for row in made.tables["documents"]}
    assert rows["晋政办发〔2020〕11号"]["file"] == "通知.txt"
    assert rows["晋政办发〔2020〕11号"]["issuer"] == "government-office-140000"
    assert rows["发改投资规〔2020〕734号"]["title"] == "国家发展改革委关于减免中小企业房租的通知"
    assert rows["发改投资规〔2020〕734号"]["issuer"] == "ndrc"
    place = rows["财金〔2020〕5号"]
    assert place["source"] == "doc-9"
    start, end = map(int, place["locator"].removeprefix("char ").split("-"))
    assert NOTICE[start:end] == "财金〔2020〕5号"
    (policy,) = made.policies.values()
    assert policy["document"] == {"number": "发改投资规〔2020〕734号", "issuer": "ndrc"}
    assert [line.split(":")[0] for line in made.left_out] == ["1 deadline"]

    case = tmp_path / "case"
    write_rows(made, case)
    (case / "case.yaml").write_text("id: from-notice\n", encoding="utf-8")
    (case / "documents").mkdir()
    (case / "documents" / "通知.txt").write_text(NOTICE, encoding="utf-8")
    facts = Facts(tmp_path / "ws", create=True)
    loaded = load_case(facts, case)
    assert loaded.rejected == 0
    assert [one.id for one in facts.policies("from-notice")] == [policy["id"]]

    review.decide(one(review, "policy"), "undo", "王芳")
    write_rows(case_rows(review.items()), case)
    assert not list((case / "policies").iterdir())


def candidate(key: str, value: Value, quote: str, *links: tuple[str, str]) -> Candidate:
    return Candidate(
        id=f"c-{key}", document="doc-1", kind=value.kind, value=value, start=0, end=len(quote), quote=quote,
        locator="char 0-9", rule="r", confidence=1,
        links=tuple(Link(role=role, target=f"c-{one}") for role, one in links),
    )  # fmt: skip


def accepted(folder: Path, *candidates: Candidate) -> Review:
    review = Review(folder, create=True)
    review.add(Document("doc-1", "通报.txt", "txt", "utf-8", clean("少发补助" * 9)), candidates)
    review.decide_all([(one.id, "accept", None, None) for one in candidates], "王芳")
    return review


FOUND = FindingValue(title="少发补助", category="break", type="shortfall", found_on="2020-06-01")


@pytest.mark.parametrize(
    ("figures", "row", "says"),
    [
        (
            {"a": (AmountValue(amount=500, per="户"), "每户500元"), "b": (CountValue(count=86, unit="户"), "86户")},
            (None, None, "86"),
            ["c-a (amount: 每户500元): is for each 户; no table holds it"],
        ),
        (
            {"a": (AmountValue(amount=100, upper=200, qualifier="range"), "100至200元")},
            (None, None, None),
            ["c-a (amount: 100至200元): is a range; no table holds it"],
        ),
        (
            {"a": (AmountValue(amount=1000000), "100万元"), "b": (AmountValue(amount=200000), "20万元")},
            (None, None, None),
            [
                "c-a (amount: 100万元): is one of 2 in the finding c-f; it comes in when the others are rejected",
                "c-b (amount: 20万元): is one of 2 in the finding c-f; it comes in when the others are rejected",
            ],
        ),
        (
            {"a": (AmountValue(amount=1000000), "100万元"), "b": (AmountValue(amount=500, per="人"), "每人500元")},
            ("1000000", "CNY", None),
            ["c-b (amount: 每人500元): is for each 人; no table holds it"],
        ),
        (
            {"a": (CountValue(count=None, unit="户", qualifier="vague"), "数户")},
            (None, None, None),
            ["c-a (count: 数户): states no figure; no table holds it"],
        ),
    ],
)
def test_a_finding_has_only_the_figures_that_are_its_own(
    tmp_path: Path,
    figures: dict[str, tuple[AmountValue | CountValue, str]],
    row: tuple[str | None, ...],
    says: list[str],
) -> None:
    finding = candidate("f", FOUND, "少发补助", *((value.kind, key) for key, (value, _) in figures.items()))
    review = accepted(tmp_path, finding, *(candidate(key, *one) for key, one in figures.items()))
    made = case_rows(review.items())
    (found,) = made.tables["findings"]
    assert (found.get("amount"), found.get("currency"), found.get("count")) == row
    assert made.left_out == says
    assert all(in_chinese(line) for line in made.left_out)


def test_a_figure_that_no_finding_takes_is_named(tmp_path: Path) -> None:
    linked = candidate("m", AmountValue(amount=5), "5元")
    review = accepted(
        tmp_path, linked, candidate("g", FOUND.model_copy(update={"found_on": None}), "x", ("amount", "m"))
    )
    assert case_rows(review.items()).left_out == [
        "c-g (finding: x): correct it by found_on; without it there is no row"
    ]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (None, "c-r (region: 高新区): correct it by code; without it there is no row"),
        (
            "X-1",
            "c-r (region: 高新区): its code X-1 is none of China's; the case's own table of regions has to hold it",
        ),
    ],
)
def test_a_region_that_makes_no_row_is_named(tmp_path: Path, code: str | None, says: str) -> None:
    region = RegionValue(code=code, name="高新区", level=None, explanation="")
    made = case_rows(accepted(tmp_path, candidate("r", region, "高新区")).items())
    assert "regions" not in made.tables
    assert made.left_out == [says]
    assert in_chinese(says)


def test_what_stands_in_the_folder_is_never_overwritten(review: Review, tmp_path: Path) -> None:
    out = tmp_path / "my-case"
    (out / "tables").mkdir(parents=True)
    (out / "tables" / "findings.csv").write_text("id\nmine\n", encoding="utf-8")
    review.decide(one(review, "finding"), "accept", "王芳")
    with pytest.raises(RefusedError, match=r"tables/findings\.csv: .*another folder") as error:
        write_rows(case_rows(review.items()), out)
    assert in_chinese(str(error.value))
    assert [path.name for path in out.rglob("*") if path.is_file()] == ["findings.csv"]
    assert (out / "tables" / "findings.csv").read_text(encoding="utf-8") == "id\nmine\n"


def test_what_a_person_adds_to_a_policy_stays(tmp_path: Path) -> None:
    review = Review(tmp_path, create=True)
    review.add(
        document := Document("doc-9", "通知.txt", "txt", "utf-8", clean(NOTICE)), extract(document, default_gazetteer())
    )
    policy, number = one(review, "policy"), one(review, "document_number")
    review.decide(policy, "accept", "王芳")
    out = tmp_path / "case"
    write_rows(case_rows(review.items()), out)
    (path,) = (out / "policies").iterdir()
    mine = path.read_text(encoding="utf-8") + "stages: []\n"
    path.write_text(mine, encoding="utf-8")
    # Nothing new is known of the policy, so its file is left alone; the tables are written again.
    review.decide(number, "accept", "王芳")
    write_rows(case_rows(review.items()), out)
    assert path.read_text(encoding="utf-8") == mine
    assert "晋政办发" in (out / "tables" / "documents.csv").read_text(encoding="utf-8")
    review.decide(policy, "undo", "王芳")
    with pytest.raises(RefusedError, match="policies/policy-"):
        write_rows(case_rows(review.items()), out)
    assert path.read_text(encoding="utf-8") == mine


def test_rows_are_written_as_csv(review: Review, tmp_path: Path) -> None:
    review.decide(one(review, "finding"), "accept", "王芳")
    paths = write_rows(case_rows(review.items()), tmp_path / "out")
    with (tmp_path / "out" / "tables" / "findings.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["title"] == "平遥县财政局滞留补助资金300万元"
    assert len(paths) == 2


def test_excel_out_and_in(review: Review, tmp_path: Path) -> None:
    path = tmp_path / "review.xlsx"
    path.write_bytes(workbook(review.items(), "zh"))
    book = openpyxl.load_workbook(path)
    sheet = book.active
    kinds = {sheet.cell(row, 1).value: row for row in range(2, sheet.max_row + 1)}
    finding, amount, action = one(review, "finding"), one(review, "amount"), one(review, "action")
    decision, correction = COLUMNS.index("decision") + 1, COLUMNS.index("correction") + 1
    sheet.cell(kinds[finding], decision, "correct")
    sheet.cell(kinds[finding], correction, "category=break; stage=relief")
    sheet.cell(kinds[amount], decision, "接受")
    sheet.cell(kinds[action], decision, "Reject")
    book.save(path)
    assert import_decisions(review, path, "李明") == {"accept": 1, "correct": 1, "reject": 1, "undo": 0}
    assert review.item(finding).value.stage == "relief"
    assert [review.item(one).status for one in (finding, amount, action)] == ["accepted", "accepted", "rejected"]


def test_a_note_of_the_rules_or_of_others_does_not_become_the_person_s(tmp_path: Path) -> None:
    remarked = candidate("f", FOUND, "少发补助").model_copy(update={"note": "found by a rule"})
    review = Review(tmp_path, create=True)
    review.add(Document("doc-1", "通报.txt", "txt", "utf-8", clean("少发补助" * 9)), [remarked])
    review.decide("c-f", "reject", "王芳", note="查过原件")
    path = tmp_path / "review.xlsx"
    path.write_bytes(workbook(review.items(), "zh"))
    book = openpyxl.load_workbook(path)
    sheet = book.active
    shown = {name: sheet.cell(2, place).value for place, name in enumerate(COLUMNS, start=1)}
    assert (shown["remark"], shown["reason"], shown["note"]) == ("found by a rule", "查过原件", None)
    sheet.cell(2, COLUMNS.index("decision") + 1, "accept")
    book.save(path)
    import_decisions(review, path, "李明")
    assert [(one.person, one.note) for one in review.history("c-f")] == [("王芳", "查过原件"), ("李明", None)]


@pytest.mark.parametrize(
    ("column", "text", "says"),
    [
        ("decision", "maybe", "row 2: 'maybe' is no decision"),
        ("id", "c-x", "row 2: there is no candidate"),
        ("correction", "colour", "row 2: 'colour'"),
    ],
)
def test_a_wrong_sheet_changes_nothing(review: Review, tmp_path: Path, column: str, text: str, says: str) -> None:
    path = tmp_path / "review.xlsx"
    path.write_bytes(workbook(review.items(), "en"))
    book = openpyxl.load_workbook(path)
    sheet = book.active
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, COLUMNS.index("decision") + 1, "correct" if column == "correction" else "accept")
    sheet.cell(2, COLUMNS.index(column) + 1, text)
    book.save(path)
    with pytest.raises(InputError, match=says):
        import_decisions(review, path, "李明")
    assert review.items(status="accepted") == []


def test_nothing_in_a_document_becomes_a_formula(tmp_path: Path) -> None:
    review = Review(tmp_path, create=True)
    raw = '=HYPERLINK("http://x","3000万元")\n@SUM(A1) 县财政局滞留资金+3000万元\x02'
    document = Document("doc-2", "=cmd|' /C calc'!A0.txt", "txt", "utf-8", clean(raw))
    review.add(document, extract(document, default_gazetteer()))
    path = tmp_path / "review.xlsx"
    path.write_bytes(workbook(review.items(), "en"))
    sheet = openpyxl.load_workbook(path).active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value]
    assert any(str(cell.value).startswith("=") for cell in cells)
    assert all(cell.data_type == "s" for cell in cells)
    assert all(cell.quotePrefix for cell in cells if str(cell.value).startswith(("=", "+", "-", "@")))


def test_a_file_that_is_no_sheet_is_refused(review: Review, tmp_path: Path) -> None:
    for name, data in (("a.xlsx", b"text"), ("b.xlsx", b"PK\x05\x06" + b"\0" * 18)):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match=name):
            import_decisions(review, tmp_path / name, "李明")
    with pytest.raises(InputError, match="cannot be read"):
        import_decisions(review, tmp_path / "missing.xlsx", "李明")


def test_cases_do_not_see_each_other(review: Review, tmp_path: Path) -> None:
    assert Review(tmp_path, "case-2").items() == []


def test_without_a_review_and_with_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="ingest"):
        Review(tmp_path / "none")
    (tmp_path / "review").mkdir()
    (tmp_path / "review" / "review.sqlite").write_bytes(b"this is no database at all" * 50)
    with pytest.raises(StoreError, match=r"review\.sqlite"):
        Review(tmp_path).items()


@pytest.mark.parametrize(
    ("text", "changes"),
    [("a=1; b=二", {"a": "1", "b": "二"}), ('{"a": 1}', {"a": 1}), ("a=", {"a": None}), ("a=b=c", {"a": "b=c"})],
)
def test_how_changes_are_written(text: str, changes: dict[str, object]) -> None:
    assert parse_changes(text) == changes
