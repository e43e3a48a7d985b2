"""`avow check`, `avow sign` and `avow schema`: what people, programs and editors get to see."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from avow.common.exits import Exit
from avow.common.findings import Finding, Kind, Severity
from avow.common.places import Place
from avow.declaration.load import load
from avow.declaration.loading.whole import DECLARATION
from avow.declaration.schema import declaration_schema
from avow.faces.cli.main import main
from avow.faces.cli.render_findings import as_sarif, as_text
from tests.unit.declared import SOUND

ROOT = Path(__file__).parents[2]
CASE = (
    "tests:\n  - {test: it, group: {category: email, collected_at: contact}, "
    "events: {answered: living}, on: 2027-01-01, verdict: VERDICT}\n"
)
DECISION = """\
decisions:
  - decision: ends
    settles: ["AV224 2.a"]
    author: claire
    date: 2026-12-01
    reason: because
    effects: {purpose_ends: {purpose: answer, at: answered}}
"""

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `avow` on a folder with one file of a declaration."""

    def run_(text: str | bytes, *arguments: str, before: tuple[str, ...] = ("check",)) -> Result:
        content = text.encode() if isinstance(text, str) else text
        (tmp_path / "d.yaml").write_bytes(content)
        return CliRunner().invoke(main, [*before, *arguments])

    return run_


def test_a_finding_is_shown_in_the_house_form() -> None:
    place = Place("x/retention.yaml", 3, 12, 4)
    finding = Finding(
        "AV214",
        "category `contact-message` is kept after its last purpose ends",
        place,
        Kind.DEFECT,
        Severity.E,
        "purpose `answer-question` (clause 4.a.iii) ends with the answer; no other covers it",
        "shorten the period, or name the purpose that needs ten years",
    )
    sources = {"x/retention.yaml": "retention:\n- rule: x\n  at_most: P10Y\n  then: erase\n"}
    assert as_text([finding], sources) == (
        "x/retention.yaml:3:12: defect AV214: category `contact-message` is kept after its last "
        "purpose ends\n"
        "    3 |   at_most: P10Y\n"
        "      |            ^^^^\n"
        "  because  purpose `answer-question` (clause 4.a.iii) ends with the answer; no other "
        "covers it\n"
        "  help     shorten the period, or name the purpose that needs ten years\n"
        "  level    E"
    )


def test_a_settled_defect_is_short_and_says_by_whom() -> None:
    finding = Finding("AV224", "x", Place("f", 1, 1), Kind.DEFECT, Severity.W, settled_by="d")
    assert as_text([finding], {"f": "text"}) == (
        "f:1:1: defect AV224: x\n  level    W\n  settled  by `d`"
    )


@pytest.mark.parametrize("place", [Place("", 0, 0, 0), Place("f", 9, 1), Place("g", 1, 1)])
def test_a_place_without_a_known_line_has_no_excerpt(place: Place) -> None:
    assert "|" not in as_text([Finding("AV1", "x", place)], {"f": "one line"})


def test_nothing_in_a_source_line_reaches_the_terminal_as_a_command() -> None:
    shown = as_text(
        [Finding("AV1", "x", Place("f", 1, 1, 99))], {"f": "a\x1b[31mb\x07" + "c" * 900}
    )
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert max(map(len, shown.split("\n"))) < 200


def test_a_sound_declaration_ends_with_0(run: Run, tmp_path: Path) -> None:
    answer = run(SOUND, str(tmp_path))
    assert (answer.exit_code, answer.output) == (Exit.OK, "0 errors, 0 open defects, 0 settled\n")


def test_an_error_ends_with_1_and_unreadable_text_with_2(run: Run, tmp_path: Path) -> None:
    wrong = run(SOUND.replace("basis: contract", "basis: contrat"), str(tmp_path))
    assert wrong.exit_code == Exit.FINDINGS
    assert "d.yaml:27:12: error AV115: `contrat` is not a legal basis" in wrong.output
    assert "   27 |     basis: contrat\n      |            ^^^^^^^\n" in wrong.output
    assert "help     did you mean `contract`?" in wrong.output
    assert run(b"\xff\xfe", str(tmp_path)).exit_code == Exit.USAGE
    assert run("a: [", str(tmp_path)).exit_code == Exit.USAGE
    assert run(SOUND, str(tmp_path / "nowhere")).exit_code == Exit.USAGE


def test_an_open_defect_of_level_e_ends_with_1_only_to_publish(run: Run, tmp_path: Path) -> None:
    grave = SOUND.replace('email, clause: "1.a", required: yes', 'email, clause: "1.a"')
    assert run(grave, str(tmp_path)).exit_code == Exit.OK
    assert run(grave, str(tmp_path), "--publish").exit_code == Exit.FINDINGS
    doubtful = SOUND.replace("    ends: answered\n", "")
    assert run(doubtful, str(tmp_path), "--publish").exit_code == Exit.OK


def test_a_failing_test_of_the_declaration_ends_with_1(run: Run, tmp_path: Path) -> None:
    failing = run(SOUND + CASE.replace("VERDICT", "undated"), str(tmp_path))
    assert failing.exit_code == Exit.FINDINGS
    assert "error AV250: the test `it` fails: live" in failing.output
    assert "1 tests, 0 passed, 1 failed" in failing.output
    passing = run(SOUND + CASE.replace("VERDICT", "live"), str(tmp_path), "--tests")
    assert passing.exit_code == Exit.OK
    assert "ok   it: live" in passing.output


def test_json_holds_everything(run: Run, tmp_path: Path) -> None:
    text = SOUND.replace("    ends: answered\n", "") + CASE.replace("VERDICT", "live")
    answer = json.loads(run(text, str(tmp_path), "--json").output)
    assert answer["declaration"] == "small"
    assert answer["digest"].startswith("sha256:")
    assert answer["tests"] == {"passed": 1, "failed": 0}
    [finding] = answer["findings"]
    assert finding["code"] == "AV224"
    assert (finding["line"], finding["column"], finding["width"]) == (25, 14, 6)
    assert (finding["clauses"], finding["settled_by"]) == (["2.a"], None)


def valid_sarif(log: Any) -> Any:  # noqa: ANN401 - any JSON
    """The run of a log, after what SARIF 2.1.0 (sections 3.13 to 3.30) asks of it."""
    assert log["version"] == "2.1.0"
    [run_] = log["runs"]
    rules = [rule["id"] for rule in run_["tool"]["driver"]["rules"]]
    assert run_["tool"]["driver"]["name"] == "avow"
    assert len(rules) == len(set(rules))
    for result in run_["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        for location in result.get("locations", []):
            region = location["physicalLocation"]["region"]
            assert location["physicalLocation"]["artifactLocation"]["uri"]
            assert region["startLine"] >= 1
            assert 1 <= region["startColumn"] <= region["endColumn"]
        for suppression in result.get("suppressions", []):
            assert suppression["kind"] in {"inSource", "external"}
            assert suppression["status"] in {"accepted", "underReview", "rejected"}
    return run_


def test_sarif_is_well_formed_and_places_every_finding(run: Run, tmp_path: Path) -> None:
    grave = SOUND.replace('email, clause: "1.a", required: yes', 'email, clause: "1.a"')
    run_ = valid_sarif(json.loads(run(grave, str(tmp_path), "--sarif").output))
    [result] = run_["results"]
    assert (result["ruleId"], result["level"]) == ("AV210", "error")
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 19


def test_sarif_suppresses_what_is_settled_and_bears_findings_without_a_place() -> None:
    settled = Finding("AV224", "x", Place("a b/ü.yaml", 2, 3, 4), Kind.DEFECT, settled_by="d")
    log = json.loads(as_sarif([settled, Finding("AV111", "y")]))
    first, second = valid_sarif(log)["results"]
    assert first["suppressions"][0]["justification"] == "settled by d"
    uri = first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "a%20b/%C3%BC.yaml"
    assert "locations" not in second


# --- what is asked of people ---------------------------------------------------------------------

TWO_ENDLESS = SOUND.replace("    ends: answered\n", "").replace(
    "retention:\n",
    '  - {purpose: help, clause: "3.a", basis: contract, uses: {category: [email]}}\nretention:\n',
)
MENDED = 'email, clause: "1.a", required: yes', 'email, clause: "1.a"'


def test_findings_stand_under_what_they_ask_of_people(run: Run, tmp_path: Path) -> None:
    """A decision, a text and an error: three headings, and a count of what would end them."""
    text = TWO_ENDLESS.replace(*MENDED) + CASE.replace("VERDICT", "undated")
    lines = run(text, str(tmp_path)).output.splitlines()
    headings = [line for line in lines if line[:1].isupper() and line[-1:].isdigit()]
    assert headings == ["Wrong with the documents: 1", "What must be decided: 1", "Text to mend: 1"]
    assert "1 error, 2 open defects (1 E, 1 W), 0 settled" in lines
    assert "to end them: 1 decision, 1 text" in lines


def test_a_group_lists_its_members_and_how_a_decision_names_them(run: Run, tmp_path: Path) -> None:
    output = run(TWO_ENDLESS, str(tmp_path)).output
    assert "defect AV224: 2 purposes have no end\n" in output
    assert "  law      art. 5(1)(e) GDPR\n" in output
    assert '  settles  "AV224"\n' in output
    assert 'd.yaml:29:15: the purpose `help` (clause 3.a) has no end "AV224 3.a"\n' in output


def test_a_group_is_settled_when_every_member_is(run: Run, tmp_path: Path) -> None:
    """The decision of one purpose leaves the other; with the code alone it names both."""
    one = TWO_ENDLESS + DECISION
    sign(run, tmp_path, "ends", "--as", "marc", text=one)
    left = run(one, str(tmp_path), "--on", "2026-12-02").output
    assert "defect AV224: the purpose `help` (clause 3.a) has no end\n" in left
    assert "(clause 2.a) has no end, settled by `ends`" in left
    both = one.replace("AV224 2.a", "AV224").replace(
        "{purpose_ends: {purpose: answer, at: answered}}", "{accept: {until: 2027-06-01}}"
    )
    (tmp_path / "interpretation" / "signatures.yaml").unlink()
    sign(run, tmp_path, "ends", "--as", "marc", text=both)
    settled = run(both, str(tmp_path), "--on", "2026-12-02").output
    assert "Settled: 1\n" in settled
    assert "0 open defects, 1 settled" in settled


def test_words_that_would_do_come_in_the_languages_of_the_statement(
    run: Run, tmp_path: Path
) -> None:
    text = SOUND.replace(*MENDED)
    assert "  words en The fields with an asterisk" in run(text, str(tmp_path)).output
    dutch = run(text, str(tmp_path), "--language", "nl").output
    assert "  words nl De velden met een sterretje" in dutch
    assert "words en" not in dutch
    french = text.replace("people:\n", "languages: [fr]\npeople:\n")
    assert "  words fr Les champs" in run(french, str(tmp_path)).output


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (("--code", "AV210"), ["AV210"]),
        (("--code", "AV210", "--code", "AV224"), ["AV224", "AV210"]),
        (("--clause", "3.a"), ["AV224"]),
        (("--need", "fix-text"), ["AV210"]),
        (("--need", "accept"), []),
    ],
)
def test_less_may_be_shown_and_everything_is_judged(
    run: Run, tmp_path: Path, words: tuple[str, ...], codes: list[str]
) -> None:
    answer = run(TWO_ENDLESS.replace(*MENDED), str(tmp_path), *words, "--publish")
    assert [w[:5] for w in answer.output.split("defect ")[1:]] == codes
    assert "0 errors, 2 open defects (1 E, 1 W), 0 settled" in answer.output
    assert answer.exit_code == Exit.FINDINGS


def test_a_brief_answer_has_one_line_for_each_finding(run: Run, tmp_path: Path) -> None:
    output = run(TWO_ENDLESS.replace(*MENDED), str(tmp_path), "--brief").output
    assert output.startswith(
        "What must be decided: 1\n  W AV224  2 purposes have no end (2.a, 3.a)\n\n"
        "Text to mend: 1\n  E AV210  `contact` does not say which data must be given (1.a)\n"
    )


def test_programs_get_law_need_words_and_members(run: Run, tmp_path: Path) -> None:
    text = TWO_ENDLESS.replace(*MENDED)
    answer = json.loads(run(text, str(tmp_path), "--json").output)
    mend, decide = sorted(answer["findings"], key=lambda f: f["code"])
    assert (mend["need"], mend["law"], mend["reference"]) == (
        "fix-text", "art. 13(2)(e) GDPR", "AV210 contact",
    )  # fmt: skip
    assert sorted(mend["proposal"]) == ["en", "fr", "nl"]
    assert [each["reference"] for each in decide["members"]] == ["AV224 2.a", "AV224 3.a"]
    run_ = valid_sarif(json.loads(run(text, str(tmp_path), "--sarif").output))
    told = {result["ruleId"]: result["properties"] for result in run_["results"]}
    assert told["AV210"]["law"] == "art. 13(2)(e) GDPR"
    assert told["AV224"]["need"] == "decide"
    assert [each["clauses"] for each in told["AV224"]["members"]] == [["2.a"], ["3.a"]]


def test_the_help_shows_how_a_defect_is_accepted() -> None:
    assert (
        "effects: {accept: {until: 2027-11-02}}"
        in CliRunner().invoke(main, ["check", "--help"]).output
    )


# --- signing -------------------------------------------------------------------------------------

UNSIGNED = SOUND.replace("    ends: answered\n", "") + DECISION


def sign(run: Run, folder: Path, *arguments: str, text: str = UNSIGNED) -> Result:
    path = ("--declaration", str(folder))
    return run(text, *arguments, *path, "--on", "2026-12-02", before=("sign",))


def test_a_signature_makes_a_decision_effective(run: Run, tmp_path: Path) -> None:
    answer = sign(run, tmp_path, "ends", "--as", "marc")
    assert answer.exit_code == Exit.OK, answer.output
    [signature] = load(tmp_path).whole.signatures
    assert (signature.by, str(signature.on)) == ("marc", "2026-12-02")
    settled = run(UNSIGNED, str(tmp_path), "--on", "2026-12-02")
    assert "settled  by `ends`" in settled.output
    before = run(UNSIGNED, str(tmp_path), "--on", "2026-12-01")
    assert "settled  by" not in before.output


def test_signatures_are_added_and_never_replaced(run: Run, tmp_path: Path) -> None:
    more = UNSIGNED + DECISION.split("\n", 1)[1].replace("ends", "again", 1)
    assert sign(run, tmp_path, "ends", "--as", "marc", text=more).exit_code == Exit.OK
    assert sign(run, tmp_path, "--all", "--as", "marc", text=more).exit_code == Exit.OK
    assert [s.decision for s in load(tmp_path).whole.signatures] == ["ends", "again"]
    assert sign(run, tmp_path, "--all", "--as", "marc", text=more).output == "nothing to sign\n"
    assert list((tmp_path / "interpretation").iterdir()) == [
        tmp_path / "interpretation" / "signatures.yaml"
    ]


@pytest.mark.parametrize(
    ("person", "why"),
    [("claire", "has not the role"), ("olivier", "officer"), ("eve", "not among the people")],
)
def test_who_may_not_sign_is_refused_and_nothing_is_written(
    run: Run, tmp_path: Path, person: str, why: str
) -> None:
    answer = sign(run, tmp_path, "ends", "--as", person)
    assert answer.exit_code == Exit.USAGE
    assert why in answer.output
    assert load(tmp_path).whole.signatures == ()


def test_one_refusal_signs_none_of_several(run: Run, tmp_path: Path) -> None:
    assert sign(run, tmp_path, "ends", "other", "--as", "marc").exit_code != Exit.OK
    assert load(tmp_path).whole.signatures == ()


def test_a_signed_decision_is_not_signed_twice_and_one_file_is_no_folder(
    run: Run, tmp_path: Path
) -> None:
    sign(run, tmp_path, "ends", "--as", "marc")
    assert "signed already" in sign(run, tmp_path, "ends", "--as", "marc").output
    assert "is one file" in sign(run, tmp_path / "d.yaml", "ends", "--as", "marc").output


def test_nothing_is_signed_in_a_declaration_with_errors(run: Run, tmp_path: Path) -> None:
    answer = sign(run, tmp_path, "ends", "--as", "marc", text=UNSIGNED + "nonsense: 1\n")
    assert answer.exit_code == Exit.USAGE
    assert "AV112" in answer.output


# --- the schema ----------------------------------------------------------------------------------


def follows(value: Any, schema: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether a value follows the few words of JSON Schema that ours uses."""
    if "anyOf" in schema:
        return any(follows(value, one) for one in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        return value in schema.get("enum", [schema.get("const")])
    if isinstance(value, list):
        items = schema.get("items")
        is_list = schema["type"] == "array"
        return is_list and (items is None or all(follows(item, items) for item in value))
    if not isinstance(value, dict):
        return bool(schema["type"] == "string")
    known, rest = schema.get("properties", {}), schema.get("additionalProperties")
    return set(schema.get("required", ())) <= set(value) and all(
        bool(known.get(key) or rest) and follows(item, known.get(key) or rest)
        for key, item in value.items()
    )


def texts_only(path: Path) -> Any:  # noqa: ANN401 - any YAML
    """A YAML file with every scalar as the text that was written."""
    return yaml.load(path.read_text(), Loader=yaml.BaseLoader)  # noqa: S506 - builds texts only


@pytest.mark.parametrize(
    "file",
    sorted((ROOT / "declarations").rglob("*.yaml")),
    ids=lambda path: path.relative_to(ROOT / "declarations").as_posix(),
)
def test_the_files_of_our_declarations_follow_the_schema(file: Path) -> None:
    assert follows(texts_only(file), declaration_schema())


def test_the_schema_refuses_what_the_loader_refuses() -> None:
    whole = yaml.load(SOUND, Loader=yaml.BaseLoader)  # noqa: S506 - builds texts only
    schema = declaration_schema()
    assert follows(whole, schema)
    assert not follows({**whole, "basis": "x"}, schema)
    assert not follows({**whole, "purposes": [{**whole["purposes"][0], "basis": "x"}]}, schema)
    assert not follows({**whole, "purposes": [{"purpose": "x"}]}, schema)


def test_every_key_of_the_loader_is_in_the_schema() -> None:
    properties: Any = declaration_schema()["properties"]
    assert {key.name for key in DECLARATION.keys} <= properties.keys()
    answer = CliRunner().invoke(main, ["schema"])
    assert json.loads(answer.output) == json.loads(json.dumps(declaration_schema()))
