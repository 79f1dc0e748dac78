"""Findings of several losses that have one cause."""

from __future__ import annotations

from inspector.render.folded import folded
from inspector.report import Finding


def made(loss: str, tail: str, message: str, also: tuple[str, ...] = (), safe: str = "") -> Finding:
    words = {"severity": "nan or inf", "probe": "", "configuration": f"{loss}()", "dtype": "float32", "device": "cpu"}
    shown = {"actual": "value nan", "expected": "0/0: no number", "snippet": f"torch.nn.{loss}()", "subject": f"torch.nn.{loss}"}
    return Finding(id=f"{loss} | {tail}", title="an empty batch", message=message, also=also, safe=safe, **words, **shown)


def test_a_mean_over_an_empty_batch_is_one_finding_that_names_every_loss() -> None:
    losses = (
        made("LongLoss", "undefined-value | empty", "It is 0/0. The sum is 0.", ("float64", "float16")),
        made("L1Loss", "undefined-value | empty", "It is 0/0. The sum is 0.", ("float64",), safe="another form"),
        made("ThirdLoss", "undefined-value | empty", "It is 0/0.", ("float64",)),
    )
    (one,) = folded(losses)
    assert (one.subject, one.also) == ("torch.nn.L1Loss", ("LongLoss", "ThirdLoss", "float64"))
    assert (one.message, one.safe) == ("It is 0/0.", "")


def test_what_is_said_in_other_words_stays_apart() -> None:
    apart = (made("L1Loss", "shape | accepted-shape", "To (2, 2)."), made("MSELoss", "shape | accepted-shape", "To (2,)."))
    assert folded(apart) == apart
