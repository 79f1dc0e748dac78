"""The Report as JSON: it comes back the same, in the same bytes, and what is no Report is refused in one line."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from inspector import pipeline
from inspector.errors import InspectError
from inspector.report import FORMAT_VERSION, Check, Constant, NotRun, Report, Step, Unresolved, number, schema
from inspector.source import catalog, finders

LOSSES = catalog.read_catalog(finders.find_installed()).losses()
TEXTS = some.text(some.characters(exclude_categories=["Cs"]))
NUMBERS = some.one_of(some.none(), some.integers(-(2**53), 2**53), some.floats(allow_nan=False, allow_infinity=False), some.just("nan"))


@pytest.fixture(scope="module")
def report() -> Report:
    return pipeline.inspect_loss("MSELoss", live=False)


@pytest.mark.parametrize("entry", LOSSES, ids=lambda entry: entry.name)
def test_a_report_of_every_loss_comes_back_from_its_json_and_gives_the_same_bytes(entry: catalog.CatalogEntry) -> None:
    made = pipeline.inspect_loss(entry.qualified_name, live=False)
    text = made.to_json()
    assert Report.from_json(text) == made
    assert Report.from_json(text).to_json() == text
    assert Report.from_json(made.to_json(indent=2)) == made


@given(claim=TEXTS, reason=TEXTS, actual=NUMBERS, status=some.sampled_from(["pass", "fail", "not_run"]))
def test_a_check_with_anything_in_it_comes_back(report: Report, claim: str, reason: str, actual: Any, status: Any) -> None:
    check = Check("id", claim, "value", "L1Loss()", "float32", "cpu", actual, actual, None, None, None, None, None, status, reason)
    changed = msgspec.structs.replace(report, checks=(check,), observation=NotRun(reason), definition=Unresolved(claim))
    assert Report.from_json(changed.to_json()) == changed


def test_the_names_that_others_build_on_are_there() -> None:
    made = msgspec.json.decode(pipeline.inspect_loss("CrossEntropyLoss", live=False).to_json())
    assert made["format_version"] == FORMAT_VERSION
    assert {"version", "git_version", "origin"} <= set(made["release"])
    assert {"qualified_name", "file", "line", "end_line", "summary", "signature", "configuration"} <= set(made["subject"])
    assert all({"qualified_name", "file", "line", "defines"} <= set(entry) for entry in made["mro"])
    assert made["members"]["__call__"]["kind"] == "alias"
    assert made["members"]["__call__"]["alias_of"] == "_wrapped_call_impl"
    assert {"id", "parent", "caller", "callee", "kind", "call_file", "call_line", "call_text", "callee_file", "callee_line"} <= set(
        made["call_trace"]["steps"][0]
    )
    assert {"condition", "condition_value", "because", "taken"} <= set(made["call_trace"]["steps"][0])
    assert {"name", "kind", "set_in", "set_by", "file", "line", "value", "persistent"} <= set(made["construction_trace"]["attributes"][0])
    assert {"observation", "agreement", "checks", "findings"} <= set(made)


def test_files_are_relative_to_the_folder_that_holds_torch() -> None:
    made = pipeline.inspect_loss("CTCLoss", live=False)
    files = {step.callee_file for step in made.call_trace.steps} | {step.call_file for step in made.call_trace.steps} - {""}
    assert all(file.startswith("torch/") for file in files if file)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("", "damaged-report"),
        ("null", "damaged-report"),
        ("[]", "damaged-report"),
        (b"\xff\xfe", "damaged-report"),
        ('{"format_version": 1}', "damaged-report"),
        ('{"format_version": 0}', "report-version"),
        ('{"format_version": 99, "anything": []}', "report-version"),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(text: str | bytes, slug: str) -> None:
    with pytest.raises(InspectError) as refused:
        Report.from_json(text, "file.json")
    assert refused.value.slug == slug
    assert "file.json" in refused.value.line()
    assert "\n" not in refused.value.line()


def test_a_report_cut_off_anywhere_is_refused(report: Report) -> None:
    text = report.to_json()
    for end in range(0, len(text), max(1, len(text) // 40)):
        with pytest.raises(InspectError):
            Report.from_json(text[:end])


def test_the_schema_names_every_record_and_explains_every_one() -> None:
    definitions = schema()["$defs"]
    assert {"Report", "Step", "Check", "Observation"} <= set(definitions)
    assert [name for name, record in definitions.items() if not record.get("description")] == []


def test_records_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Constant(1).value = 2  # type: ignore[misc]
    assert Step.__struct_config__.frozen


@pytest.mark.parametrize(("value", "held"), [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf"), (1.5, 1.5), (3, 3)])
def test_a_number_json_cannot_hold_is_a_word(value: float, held: Any) -> None:
    assert number(value) == held
