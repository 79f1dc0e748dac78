"""Findings of several losses that have one cause."""

from __future__ import annotations

from msgspec.structs import replace

from inspector.render.folded import folded, where_else
from inspector.report import Finding


def made(loss: str, tail: str, message: str, also: tuple[str, ...] = (), safe: str = "") -> Finding:
    words = {"severity": "nan or inf", "probe": "", "configuration": f"{loss}()", "dtype": "float32", "device": "cpu"}
    shown = {"actual": "value nan", "expected": "0/0: no number", "snippet": f"torch.nn.{loss}()", "subject": f"torch.nn.{loss}"}
    return Finding(id=f"{loss} | {tail}", title="an empty batch", message=message, also=also, safe=safe, **words, **shown)


def test_a_mean_over_an_empty_batch_is_one_finding_that_names_every_loss() -> None:
    losses = (
        made("LongLoss", "undefined-value | empty", "It is 0/0. The sum is 0.", ("dtypes: float64, float16",)),
        made("L1Loss", "undefined-value | empty", "It is 0/0. The sum is 0.", ("dtypes: float64",), safe="another form"),
        made("ThirdLoss", "undefined-value | empty", "It is 0/0.", ("dtypes: float64",)),
    )
    (one,) = folded(losses)
    assert (one.subject, one.also) == ("torch.nn.L1Loss", ("dtypes: float64", "losses: LongLoss, ThirdLoss"))
    assert (one.message, one.safe) == ("It is 0/0.", "")


def test_what_is_said_in_other_words_stays_apart() -> None:
    apart = (made("L1Loss", "shape | accepted-shape", "To (2, 2)."), made("MSELoss", "shape | accepted-shape", "To (2,)."))
    assert folded(apart) == apart


def test_what_two_formulas_give_in_the_same_words_has_two_causes() -> None:
    two = tuple(replace(made(loss, "not finite | inf", "nan."), rule="nonfinite-value") for loss in ("A", "B"))
    assert folded(two) == two


def test_the_empty_mean_comes_last_and_other_inputs_dtypes_and_losses_are_told_apart() -> None:
    empty = made("A", "undefined-value | empty", "0/0.")
    other = made("B", "taken | target", "taken.", ("a target of 0", "dtypes: float64"))
    found = folded((empty, other, replace(other, id="C | taken | target", subject="torch.nn.C", configuration="C()")))
    assert [finding.subject for finding in found] == ["torch.nn.B", "torch.nn.A"]
    assert where_else(found[0]) == "also: a target of 0; dtypes: float64; losses: C"
