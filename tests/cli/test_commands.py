"""The command line as a user meets it (CONTRACT.md section 5): exit statuses, one JSON document, one line an error."""

from __future__ import annotations

import csv
import io
import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from graphkit.cli import main
from graphkit.facts import Facts
from graphkit.gaps import KINDS
from graphkit.graph.schema import schema_files, statements
from graphkit.model.gap import Gap
from scripts.make_reference import DOCS, cli_page, gaps_page
from tests.commands import graphkit
from tests.planted.build import case, completed, day, policy, stage


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small case loaded into its default workspace."""
    folder = tmp_path_factory.mktemp("here")
    small = case(
        policy(stage("issue", within_days=10), stage("pay", "county", after=["issue"], within_days=10)),
        events=[completed("issue", day(3, 5), source=None)],
        as_of=day(4, 30),
    )
    small.write(folder / "small")
    loaded = graphkit("load", "small", folder=folder)
    assert (loaded.returncode, loaded.stderr) == (0, "")
    return folder


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two cases, alike but for their ids, loaded into its default workspace."""
    folder = tmp_path_factory.mktemp("twins")
    for name in ("one", "two"):
        twin = case(policy(stage("issue", within_days=10)), as_of=day(4, 30))
        twin.meta["id"] = name
        twin.write(folder / name)
    assert graphkit("load", "one", "two", folder=folder).returncode == 0
    return folder


@pytest.mark.parametrize("command", [[Path(sys.executable).with_name("graphkit")], [sys.executable, "-m", "graphkit"]])
def test_the_command_and_the_module_are_processes_that_answer_alike(here: Path, command: list[Path | str]) -> None:
    for words in (["gaps", "--nonsense"], ["gaps", "--lang", "zh"], ["gaps", "-w", "nowhere"]):
        ran = subprocess.run(
            [*command, *words], cwd=here, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}, capture_output=True, check=False
        )
        own = graphkit(*words, folder=here, lang="C")
        assert (ran.returncode, ran.stdout.decode(), ran.stderr.decode()) == own


def test_elsewhere_than_on_linux_it_says_where_it_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "argv", ["graphkit", "gaps", "--lang", "en"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert (stopped.value.code, capsys.readouterr().err) == (
        3, "graphkit: this runs on Linux only; on Windows use WSL 2, or the pages of a server\n",
    )  # fmt: skip


def test_gaps_as_json_is_one_document_and_nothing_else(here: Path) -> None:
    done = graphkit("gaps", "--format", "json", folder=here)
    document = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert document["as_of"] == "2020-04-30"
    assert document["known_by"] is None
    assert document["counts"] == {"missing_step": len(document["gaps"])}
    assert set(document["gaps"][0]) == set(Gap.model_fields)
    assert graphkit("gaps", "--format", "json", folder=here).stdout == done.stdout


def test_formats_hold_the_same_gaps(here: Path) -> None:
    whole = json.loads(graphkit("gaps", "--format", "json", folder=here).stdout)["gaps"]
    lines = graphkit("gaps", "--format", "ndjson", folder=here).stdout.splitlines()
    rows = list(csv.DictReader(io.StringIO(graphkit("gaps", "--format", "csv", folder=here).stdout)))
    assert [json.loads(line) for line in lines] == whole
    assert [row["id"] for row in rows] == [gap["id"] for gap in whole]
    assert all(gap["id"] or gap["explanation"]["zh"] for gap in whole)


def test_the_table_speaks_the_readers_language(here: Path) -> None:
    assert "环节" in graphkit("gaps", folder=here, lang="zh_CN.UTF-8").stdout
    assert "环节" not in graphkit("gaps", folder=here, lang="en_US.UTF-8").stdout
    assert "环节" in graphkit("gaps", "--lang", "zh", folder=here, lang="en_US.UTF-8").stdout


def test_a_region_takes_all_below_it(here: Path) -> None:
    def scopes(*words: str) -> set[str]:
        found = json.loads(graphkit("gaps", "--format", "json", *words, folder=here).stdout)
        return {gap["scope"] for gap in found["gaps"]}

    assert scopes("--region", "14") == scopes() == {"140105", "140106", "140205"}
    assert scopes("--region", "1401") == {"140105", "140106"}
    assert scopes("--region", "1402") == {"140205"}


def test_explain_shows_the_chain(here: Path) -> None:
    gap = json.loads(graphkit("gaps", "--format", "json", folder=here).stdout)["gaps"][0]
    done = graphkit("explain", gap["id"], "--format", "json", folder=here)
    chain = json.loads(done.stdout)
    assert [(step["place"], step["stage"], step["state"]) for step in chain["steps"]] == [
        ("before", "issue", "done"),
        ("here", "pay", "untouched"),
    ]
    assert chain["gap"] == gap


@pytest.mark.parametrize(
    ("given", "value"),
    [("n=140100", "140100"), ("n:=140100", 140100), ("n=true", "true"), ('n:=["a", 1]', ["a", 1]), ("$n=a=b", "a=b")],
)
def test_a_parameter_is_text_unless_it_is_given_as_json(here: Path, given: str, value: object) -> None:
    done = graphkit("query", "RETURN $n AS n", "--param", given, "--format", "json", folder=here)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["rows"] == [[value]]


def test_a_query_shows_no_control_characters_and_refuses_a_wrong_value(here: Path) -> None:
    done = graphkit("query", "RETURN $n AS n", "--param", "n=a\x1b[2Jb", folder=here)
    assert "a⟨U+001B⟩[2Jb" in done.stdout
    assert "\x1b" not in done.stdout
    wrong = graphkit("query", "RETURN $n AS n", "--param", "n:=a", folder=here, lang="zh_CN.UTF-8")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "须是 JSON 值" in wrong.stderr


def test_a_gap_that_two_cases_have_is_explained_in_both(twins: Path) -> None:
    found = json.loads(graphkit("gaps", "--format", "json", folder=twins).stdout)["gaps"]
    (gap,) = {gap["id"] for gap in found}
    both = json.loads(graphkit("explain", gap, "--format", "json", folder=twins).stdout)
    assert [one["case"] for one in both] == ["one", "two"]
    asked = json.loads(graphkit("explain", gap, "--case", "two", "--format", "json", folder=twins).stdout)
    assert asked == both[1]
    said = graphkit("explain", gap, "--lang", "en", folder=twins).stdout
    assert [line for line in said.splitlines() if line.startswith("case ")] == ["case one", "case two"]


def test_a_gap_is_explained_though_another_case_cannot_be_evaluated(tmp_path: Path) -> None:
    for name, calendar in (("far", "cn-workdays"), ("near", "days")):
        one = case(policy(stage("issue", within_days=10)), as_of=day(4, 30))
        one.meta |= {"id": name, "calendar": calendar}
        one.write(tmp_path / name)
    assert graphkit("load", "far", "near", folder=tmp_path).returncode == 0
    asked = ("--as-of", "2090-01-01", "--format", "json")
    (gap,) = json.loads(graphkit("gaps", "--case", "near", *asked, folder=tmp_path).stdout)["gaps"]
    done = graphkit("explain", gap["id"], *asked, folder=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["gap"]) == (1, gap)
    assert done.stderr.startswith("case far: case.yaml, calendar cn-workdays: the working days of 2090 are not known")
    lost = graphkit("explain", "gap-0", *asked, "--lang", "zh", folder=tmp_path)
    assert (lost.returncode, lost.stdout) == (1, "")
    assert [line[:8] for line in lost.stderr.splitlines()] == ["案例 far：c", "graphkit"]


def test_a_list_that_is_cut_says_of_how_many(here: Path) -> None:
    done = graphkit("gaps", "--limit", "1", "--format", "json", folder=here)
    assert len(json.loads(done.stdout)["gaps"]) == 1
    assert "the first 1 of 3 gaps" in done.stderr
    assert "共 3 个缺口，列出前 1 个" in graphkit("gaps", "--limit", "1", "--lang", "zh", folder=here).stderr
    assert graphkit("gaps", "--limit", "3", folder=here).stderr == ""


def test_a_changed_definition_is_said_once(here: Path, tmp_path: Path) -> None:
    shutil.copytree(here / "small", tmp_path / "small")
    assert graphkit("load", "small", folder=tmp_path).returncode == 0
    changed = next((tmp_path / "small" / "policies").iterdir())
    text = changed.read_text(encoding="utf-8")
    changed.write_text(text.replace("10", "20"), encoding="utf-8")
    first = graphkit("load", "small", "--lang", "en", folder=tmp_path)
    assert f"policies/{changed.name}: is not as it was loaded before" in first.stderr
    assert "nothing changed" not in first.stdout
    again = graphkit("load", "small", "--lang", "en", folder=tmp_path)
    assert (again.stderr, "nothing changed" in again.stdout) == ("", True)


def test_diff_tells_new_resolved_and_persisting(here: Path) -> None:
    done = graphkit("diff", "--from", "2020-03-12", "--to", "2020-04-30", "--format", "json", folder=here)
    document = json.loads(done.stdout)
    assert len(document["new"]) == 3
    known = graphkit(
        "diff", "--from", "2020-03-12", "--to", "2020-04-30", "--known-by", "2020-04-01", "--format", "json",
        folder=here,
    )  # fmt: skip
    assert json.loads(known.stdout)["from"]["known_by"] == "2020-04-01T15:59:59.999999Z"
    assert document["resolved"] == document["persisting"] == []
    back = graphkit("diff", "--from", "2020-04-29", "--to", "2020-04-30", "--format", "json", folder=here)
    assert [one["change"] for one in json.loads(back.stdout)["persisting"]] == ["same"] * 3


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["gaps", "--as-of", "2020-13-01"], 2, "--as-of 2020-13-01"),
        (["gaps", "--known-by", "yesterday"], 2, "--known-by yesterday"),
        (["gaps", "--kind", "broken"], 2, "unknown kind 'broken'"),
        (["gaps", "--policy", "none"], 2, "unknown policy 'none'"),
        (["gaps", "--region", "99"], 2, "unknown region '99'"),
        (["gaps", "--agency", "nobody"], 2, "unknown agency 'nobody'"),
        (["gaps", "--format", "xml"], 2, "--format xml"),
        (["gaps", "--threshold", "x=1"], 2, "unknown threshold x"),
        (["gaps", "--threshold", "retention_days=many"], 2, "retention_days=many"),
        (["gaps", "--case", "other"], 2, "--case other"),
        (["gaps", "--lang", "fr"], 2, "--lang fr"),
        (["gaps", "--nonsense"], 2, "No such option: --nonsense; see graphkit gaps --help"),
        (["gaps", "--nonsense", "--lang", "zh"], 2, "没有选项 --nonsense；用法见 graphkit gaps --help"),
        (["gaps", "--limit", "many", "--lang", "zh"], 2, "--limit 的值须为整数"),
        (["explain", "--lang=zh"], 2, "缺少参数 GAP_ID"),
        (["gapes"], 2, "No such command 'gapes'"),
        (["explain", "gap-0"], 1, "no gap 'gap-0'"),
        (["gaps", "-w", "nowhere"], 3, "nowhere"),
        (["verify", "-w", "nowhere"], 3, "nowhere"),
        (["verify", "--graph", "bolt://127.0.0.1:1"], 3, "Neo4j"),
        (["load", "missing"], 1, "missing: no such folder"),
        (["query", "CREATE (n:Step) RETURN n"], 4, "read"),
        (["query", "LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row"], 4, "'LOAD' is not allowed"),
        (["query", "MATCH (n"], 2, ""),
        (["query", "MATCH (n) RETRN n"], 2, "no clause begins with 'RETRN'"),
        (["query", "RETURN 1/0"], 2, "division by zero"),
        (["query", "RETURN date('limit')"], 2, "cannot parse 'limit'"),
        (["query", "RETURN [x IN range(1, 100000000) | x]"], 4, "the query was stopped"),
        (["query", "RETURN 1; MATCH (n) RETURN n"], 4, "'MATCH' is not allowed"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_is_wrong_is_said_and_no_traceback(here: Path, words: list[str], status: int, said: str) -> None:
    done = graphkit(*words, folder=here)
    assert done.returncode == status
    assert said in done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [[], ["finding"]])
def test_a_group_that_is_asked_for_nothing_shows_its_commands(here: Path, words: list[str]) -> None:
    done = graphkit(*words, folder=here)
    assert (done.returncode, done.stderr) == (2, "")
    assert "Commands" in done.stdout


def test_verify_names_a_damaged_file(here: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(here / "graphkit-workspace", copy)
    assert graphkit("verify", "-w", copy, folder=here).returncode == 0
    damaged = next((copy / "facts" / "events").rglob("*.parquet"))
    damaged.write_bytes(damaged.read_bytes()[:-20])
    done = graphkit("verify", "-w", copy, folder=here)
    assert done.returncode == 1
    assert damaged.name in done.stderr
    read = graphkit("gaps", "-w", copy, folder=here)
    assert (read.returncode, read.stdout) == (3, "")
    assert damaged.name in read.stderr
    assert "graphkit verify" in read.stderr


def test_verify_names_a_file_in_which_one_bit_was_changed(here: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(here / "graphkit-workspace", copy)
    changed = next((copy / "facts" / "events").rglob("*.parquet"))
    content = bytearray(changed.read_bytes())
    content[content.index(b"issue")] ^= 1
    changed.write_bytes(content)
    done = graphkit("verify", "-w", copy, folder=here, lang="zh_CN.UTF-8")
    assert (done.returncode, done.stderr) == (1, f"{changed}：写成之后被改动过\n")
    kept = graphkit("backup", "--out", tmp_path / "kept.tar.gz", "-w", copy, folder=here)
    assert (kept.returncode, list(tmp_path.glob("*kept*"))) == (3, [])


def test_a_workspace_of_a_graphkit_that_wrote_no_hashes_is_whole(here: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(here / "graphkit-workspace", copy)
    (commit,) = (copy / "facts" / "commits").glob("*.json")
    written = json.loads(commit.read_text(encoding="utf-8"))
    assert written["summary"].pop("sha256")
    commit.write_text(json.dumps(written), encoding="utf-8")
    assert graphkit("verify", "-w", copy, folder=here).returncode == 0


def test_what_holds_rows_about_persons_is_its_owners_alone(here: Path, tmp_path: Path) -> None:
    archive, again = tmp_path / "kept.tar.gz", tmp_path / "again"
    assert graphkit("token", "create", "--name", "Li", folder=here).returncode == 0
    assert graphkit("backup", "--out", archive, folder=here).returncode == 0
    assert graphkit("restore", archive, "-w", again, folder=here).returncode == 0
    for path in (here / "graphkit-workspace", archive, again, again / "access"):
        assert path.stat().st_mode & 0o077 == 0, path
    (tmp_path / "note.txt").write_text("x", encoding="utf-8")
    assert graphkit("ingest", tmp_path / "note.txt", "-w", tmp_path / "read", folder=here).returncode == 0
    assert (tmp_path / "read").stat().st_mode & 0o077 == 0
    nowhere = graphkit("restore", archive, "-w", "/proc/nowhere", folder=here)
    assert (nowhere.returncode, "/proc/nowhere: the workspace cannot be made" in nowhere.stderr) == (3, True)
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o750)
    assert graphkit("load", "small", "-w", shared, folder=here).returncode == 0
    assert shared.stat().st_mode & 0o777 == 0o750


def test_an_address_that_is_taken_is_said_before_anybody_is_sent_there(here: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = graphkit("serve", "--port", port, folder=here)
    assert (done.returncode, done.stdout) == (3, "")
    told = f"graphkit: 127.0.0.1:{port}: cannot be listened on: Address already in use; choose another --port or --host"
    assert done.stderr == f"{told}\n"


def test_a_query_that_does_not_ask_for_the_chosen_case_says_so(twins: Path) -> None:
    chosen = ("--case", "one", "--format", "json", "--lang", "zh")
    all_ = graphkit("query", "MATCH (s:Step) RETURN DISTINCT s.case AS c ORDER BY c", *chosen, folder=twins)
    assert json.loads(all_.stdout)["rows"] == [["one"], ["two"]]
    assert "--case 因此没有缩小范围" in all_.stderr
    asked = "MATCH (s:Step) WHERE s.case = $case RETURN DISTINCT s.case"
    one = graphkit("query", asked, *chosen, folder=twins)
    assert (json.loads(one.stdout)["rows"], one.stderr) == ([["one"]], "")
    unknown = graphkit("query", "MATCH (s:Stpe) WHERE s.case = $case RETURN s", *chosen, folder=twins)
    assert "图中没有标签“Stpe”" in unknown.stderr


def test_every_case_of_a_workspace_is_evaluated_unless_one_is_chosen(here: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(here / "graphkit-workspace", copy)
    other = tmp_path / "other"
    other.mkdir()
    (other / "case.yaml").write_text("id: other\n", encoding="utf-8")
    assert graphkit("load", other, "-w", copy, folder=here).returncode == 0
    asked = ("-w", copy, "--as-of", "2020-06-30", "--format", "json")
    both = json.loads(graphkit("evaluate", *asked, folder=here).stdout)
    assert [one["case"] for one in both] == Facts(copy).case_ids()
    assert json.loads(graphkit("evaluate", *asked, "--case", "other", folder=here).stdout)["case"] == "other"


def test_a_kept_evaluation_is_the_same_again_and_says_when_it_is_not(here: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(here / "graphkit-workspace", copy)
    asked = ("-w", copy, "--known-by", "2099-01-01", "--format", "json")
    kept = json.loads(graphkit("evaluate", *asked, "--keep", "april", folder=here).stdout)
    assert kept["counts"] == {"missing_step": 3}
    assert kept["known_by"] == json.loads(graphkit("gaps", *asked, folder=here).stdout)["known_by"]
    listed = graphkit("evaluations", "-w", copy, "--format", "json", folder=here)
    assert [one["known_by"] for one in json.loads(listed.stdout)] == [kept["known_by"]]
    later = case(
        policy(stage("issue", within_days=10), stage("pay", "county", after=["issue"], within_days=10)),
        events=[completed("issue", day(3, 5), source=None), completed("pay", day(3, 8), "140105", source=None)],
        as_of=day(4, 30),
    )
    later.write(tmp_path / "later")
    assert graphkit("load", tmp_path / "later", "-w", copy, folder=here).returncode == 0
    assert len(json.loads(graphkit("gaps", "-w", copy, "--format", "json", folder=here).stdout)["gaps"]) == 2
    assert graphkit("verify", "-w", copy, "--evaluation", "april", folder=here).returncode == 0
    again = graphkit("evaluate", *asked, "--keep", "april", folder=here)
    assert (again.returncode, "kept already" in again.stderr) == (1, True)
    next(copy.rglob("april.gaps.jsonl.gz")).write_bytes(b"")
    assert graphkit("verify", "-w", copy, "--evaluation", "april", folder=here).returncode == 3


def test_a_backup_restores_to_the_same_gaps(here: Path, tmp_path: Path) -> None:
    archive = tmp_path / "kept.tar.gz"
    assert graphkit("backup", "--out", archive, folder=here).returncode == 0
    assert graphkit("restore", archive, "-w", tmp_path / "again", folder=here).returncode == 0
    before, after = (
        graphkit("gaps", "--format", "json", "-w", workspace, folder=here).stdout
        for workspace in ("graphkit-workspace", tmp_path / "again")
    )
    assert before == after != ""
    assert graphkit("restore", archive, "-w", tmp_path / "again", folder=here).returncode == 3
    archive.write_bytes(archive.read_bytes()[:-100])
    broken = graphkit("restore", archive, "-w", tmp_path / "broken", folder=here)
    assert broken.returncode == 1
    assert "no graphkit backup" in broken.stderr


def test_kinds_are_listed_from_their_headers(here: Path) -> None:
    listed = json.loads(graphkit("gaps", "--kinds", "--format", "json", folder=here).stdout)
    assert [one["kind"] for one in listed] == list(KINDS)
    assert all(one["finds"]["zh"] and one["finds"]["en"] for one in listed)


def test_the_reference_pages_say_what_the_program_does() -> None:
    assert (DOCS / "gaps.md").read_text(encoding="utf-8") == gaps_page()
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == cli_page()


def test_the_schema_in_cypher_is_that_of_the_graph() -> None:
    files = schema_files()
    folder = DOCS.parent / "cypher" / "schema"
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == files
    assert statements() == [line[:-1] for text in files.values() for line in text.splitlines() if line.endswith(";")]


def test_a_workspace_of_a_newer_graphkit_is_refused_in_one_line(here: Path, tmp_path: Path) -> None:
    shutil.copytree(here / "graphkit-workspace", tmp_path / "graphkit-workspace")
    done = graphkit("migrate", folder=tmp_path)
    assert (done.returncode, done.stdout) == (
        0,
        "graphkit-workspace: format 1, which is the newest (1 loads); nothing to do\n",
    )
    (commit,) = (tmp_path / "graphkit-workspace" / "facts" / "commits").glob("*.json")
    written = json.loads(commit.read_text(encoding="utf-8"))
    commit.write_text(json.dumps(written | {"format": 2, "unheard_of": True}), encoding="utf-8")
    for command in ("migrate", "gaps"):
        done = graphkit(command, folder=tmp_path)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (3, "", 1)
        assert "written by a newer graphkit (format 2; this one knows 1)" in done.stderr
