"""`inspect-loss verify`: tables, evidence and its merging, parts of the work, and what is said where it cannot run."""

from __future__ import annotations

import getpass
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.cli import main
from inspector.evidence import Evidence, Machine, collect, merge
from inspector.report import Check

Run = Callable[..., tuple[int, str, str]]
QUICK = ("--only", "value", "--dtype", "float64")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: Any) -> Path:
    folder: Path = tmp_path_factory.mktemp("cache")
    return folder


@pytest.fixture
def run(capfd: Any, monkeypatch: Any, cache: Path) -> Run:
    monkeypatch.setenv("INSPECT_LOSS_CACHE", str(cache))

    def go(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["verify", *words])
        out, err = capfd.readouterr()
        return int(left.value.code or 0), out, err

    return go


def test_the_table_counts_kinds_and_dtypes(run: Run) -> None:
    code, out, err = run("MSELoss")
    assert (code, err) == (0, "")
    assert "Verified: 1 loss" in out
    assert "0 failed" in out
    for kind in ("value", "gradient", "second derivative", "numerical", "layout"):
        assert f"  {kind}  " in out


def test_a_loss_that_torch_gets_wrong_fails_and_says_why(run: Run) -> None:
    code, out, _ = run("BCELoss", "--only", "second derivative")
    assert code == 1
    assert "all with a known cause" in out
    assert "Known: torch adds 1e-12" in out


def test_an_expression_is_verified_in_that_configuration(run: Run) -> None:
    code, out, _ = run("MSELoss(reduction='sum')", *QUICK)
    assert code == 0
    assert "1 configuration" in out
    assert "1 check ran" in out


def test_each_check_is_shown_with_v(run: Run) -> None:
    _, out, _ = run("MSELoss(reduction='sum')", *QUICK, "-v")
    assert "✓ value: MSELoss(reduction='sum') · (N, D), float64, cpu" in out


def test_json_is_the_evidence_and_the_same_twice(run: Run) -> None:
    _, one, _ = run("L1Loss", *QUICK, "--json")
    _, other, _ = run("L1Loss", *QUICK, "--json")
    assert one == other
    assert Evidence.from_json(one).columns[0].machine.device == "cpu"


def test_parts_of_the_work_merge_to_the_whole_in_any_order(run: Run, tmp_path: Path) -> None:
    files = [tmp_path / f"{part}.json" for part in (1, 2, 3)]
    for part, file in enumerate(files, 1):
        run("SmoothL1Loss", *QUICK, "--shard", f"{part}/3", "--save", str(file))
    _, whole, _ = run("SmoothL1Loss", *QUICK, "--json")
    parts = [Evidence.from_json(file.read_bytes()) for file in files]
    assert merge(parts) == merge(parts[::-1]) == Evidence.from_json(whole)


def test_evidence_names_no_user_no_host_and_no_path(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    run("MSELoss", "--save", str(file))
    text = file.read_text()
    for private in (socket.gethostname(), f'"{getpass.getuser()}', str(Path.home()), str(tmp_path), str(Path(__file__).parents[2])):
        assert private not in text
    assert [each.name for each in tmp_path.iterdir()] == ["evidence.json"]


def test_evidence_of_two_machines_is_shown_in_columns(run: Run, capfd: Any, tmp_path: Path) -> None:
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    run("MSELoss", *QUICK, "--save", str(one))
    data = json.loads(one.read_text())
    data["columns"][0]["machine"] |= {"device": "cuda", "processor": "A GPU"}
    data["columns"][0]["groups"][0]["outcomes"][0]["status"] = "fail"
    other.write_text(json.dumps(data))
    shown = []
    for files in ((one, other), (other, one)):
        with pytest.raises(SystemExit) as left:
            main(["show", "--evidence", *map(str, files)])
        assert left.value.code == 1
        shown.append(capfd.readouterr().out)
    assert shown[0] == shown[1]
    assert "[2] cuda: A GPU" in shown[0]
    assert "[1] pass, [2] fail" in shown[0]


def test_a_device_that_is_not_there_is_one_line_and_3(run: Run) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has one")
    code, out, err = run("MSELoss", "--device", "cuda")
    assert (code, out) == (3, "")
    assert err.count("\n") == 1
    assert "no device cuda" in err


@pytest.mark.parametrize(("words", "code"), [(("MSELoss(reduction='foo')",), 3), (("MSELoss()", "--only", "closed form"), 0)])
def test_a_loss_that_could_not_be_called_is_3(run: Run, words: tuple[str, ...], code: int) -> None:
    assert run(*words, "-q")[0] == code


def test_a_device_without_numbers_checks_shapes_and_passes_nothing(run: Run) -> None:
    code, out, _ = run("MSELoss", "--device", "meta")
    assert code == 0
    assert "0 checks ran: 0 passed, 0 failed" in out
    assert "the shape is right" in out


def test_another_device_is_held_against_the_cpu(run: Run) -> None:
    code, out, _ = run("MSELoss(reduction='none')", "--device", "cpu:0", "--only", "device")
    assert code == 0
    assert "4 checks ran: 4 passed" in out


@pytest.mark.parametrize(
    "words",
    [(), ("MSELoss", "--all"), ("NoSuchLoss",), ("MSELoss", "--shard", "9/8"), ("MSELoss", "--shard", "x"), ("MSELoss", "--only", "luck"),
     ("MSELoss", "--dtype", "int8"), ("MSELoss(reduction='sum')", "--shard", "2/2")],
)  # fmt: skip
def test_wrong_use_is_one_line_and_2(run: Run, words: tuple[str, ...]) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_several_processes_give_what_one_gives(run: Run) -> None:
    from inspector.verification import Wanted, verify

    wanted = Wanted(dtypes=("float64",), kinds=("value",))
    assert verify(("HuberLoss", "L1Loss"), wanted._replace(processes=2)) == verify(("HuberLoss", "L1Loss"), wanted._replace(processes=1))


@pytest.mark.parametrize("text", ["", "{}", '{"format_version": 1, "columns": [3]}', "[1]"])
def test_damaged_evidence_is_one_line(text: str) -> None:
    from inspector.errors import InspectError

    with pytest.raises(InspectError, match="damaged-evidence"):
        Evidence.from_json(text, "file")


def test_of_two_runs_of_one_check_the_graver_stays() -> None:
    machine = Machine("cpu", "A CPU", "Linux", "3.12", "2.13.0", "abc")

    def evidence(status: Any) -> Evidence:
        check = Check("", "c", "value", "MSELoss()", "float64", "cpu", 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, status)
        return collect(machine, [("torch.nn.MSELoss", check)], "0")

    merged = merge([evidence("pass"), evidence("fail"), evidence("not_run")])
    assert [outcome.status for outcome in merged.columns[0].groups[0].outcomes] == ["fail"]
    assert merge([merged, evidence("pass")]) == merged


# -- what was probed ------------------------------------------------------------------------------------------------------


@pytest.fixture
def probe(capfd: Any, monkeypatch: Any, cache: Path) -> Run:
    monkeypatch.setenv("INSPECT_LOSS_CACHE", str(cache))

    def go(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([*words])
        out, err = capfd.readouterr()
        return int(left.value.code or 0), out, err

    return go


def test_evidence_of_another_machine_is_shown_beside_ours_in_any_order(probe: Run, tmp_path: Path) -> None:
    mine, gpu, old = tmp_path / "mine.json", tmp_path / "gpu.json", tmp_path / "old.json"
    assert probe("findings", "L1Loss", "--save", str(mine))[0] == 0
    data = json.loads(mine.read_text())
    machine = data["columns"][0]["machine"] | {"device": "cuda", "processor": "A GPU"}
    column = data["columns"][0] | {"machine": machine}
    column["edges"][0]["outcomes"]["device"] = "cuda"
    column["edges"][0]["outcomes"]["rows"] = [[near, [0.125] * len(row), []] for near, row, _ in column["edges"][0]["outcomes"]["rows"]]
    gpu.write_text(json.dumps(data | {"columns": [column]}))
    old.write_text(json.dumps(data | {"columns": [column | {"machine": machine | {"torch": "1.0.0", "processor": "An old GPU"}}]}))
    shown = {probe("findings", "L1Loss", *(f"--evidence={file}" for file in files)) for files in ((mine, gpu, old), (old, gpu, mine, gpu))}
    ((code, out, err),) = shown
    assert (code, err) == (0, "")
    assert "[2] cuda: A GPU" in out
    assert "another value on each device" in out
    assert "for d in ('cpu', 'cuda'):" in out
    assert "Left out, being of another release: cuda: An old GPU, torch 1.0.0" in out
    code, out, _ = probe("show", "--evidence", str(gpu), str(mine))
    assert code == 0
    assert "[2] cuda: A GPU" in out


def test_a_device_that_is_compared_with_the_cpu_and_is_the_cpu_differs_in_nothing(probe: Run) -> None:
    code, out, _ = probe("findings", "L1Loss", "--device", "cpu:0")
    assert code == 0
    assert "on cpu:0" in out
    assert "on each device" not in out


def test_findings_say_what_a_device_lacks(probe: Run) -> None:
    assert probe("findings", "L1Loss", "--device", "nonsense")[0] == 2
    code, out, err = probe("findings", "L1Loss", "--device", "hpu")
    assert (code, out, err.count("\n")) == (3, "", 1)
