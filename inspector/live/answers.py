"""Questions people ask of a loss, answered by running what the losses' files say; and what each reduction divides by.

In: a definition. Out: Answers and Denominators to show, and Checks that what the answers claim is true. No number is typed in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import torch

from inspector.live import build
from inspector.live.checks import Label, not_run, stated
from inspector.live.consistency import loss_value
from inspector.live.expressions import evaluate
from inspector.live.trials import Setting, Trial, try_out, variants
from inspector.losses import reference, schema
from inspector.report import Answer, Check, Denominator, Number, number

KIND = "answer"


def checks(setting: Setting) -> Iterator[Check]:
    """What each answer claims."""
    if setting.device != "cpu":
        return  # The expressions make their own tensors, on the CPU: they say nothing of another device.
    for answer in setting.definition.answers if setting.definition else ():
        label = Label(KIND, answer.question, "float32", setting.device)
        try:
            names, _ = _worked_out(answer)
        except build.REFUSALS as error:
            yield not_run(label, answer.question, f"torch refused: {build.one_line(error)}")
            continue
        for claim in answer.holds:
            yield stated(label, claim, bool(evaluate(claim, names)), "it is not so")


def shown(setting: Setting) -> tuple[Answer, ...]:
    """The answers, with their numbers."""
    return tuple(_shown(answer) for answer in (setting.definition.answers if setting.definition else ()))


def _shown(answer: schema.Answer) -> Answer:
    code = {**answer.numbers, **answer.refused}
    try:
        names, said = _worked_out(answer)
    except build.REFUSALS as error:
        return Answer(answer.question, f"could not be run: {build.one_line(error)}", {}, code, "not_run")
    holds = all(bool(evaluate(claim, names)) for claim in answer.holds)
    numbers = {name: number(_plain(names[name])) for name in answer.numbers}
    words = {name: _written(value) for name, value in numbers.items()} | said
    status: Literal["pass", "fail"] = "pass" if holds else "fail"
    return Answer(answer.question, answer.says.format(**words), numbers, code, status)


def _worked_out(answer: schema.Answer) -> tuple[dict[str, Any], dict[str, str]]:
    """Values by name, and what torch said where it must refuse. Raises RuntimeError where it does not."""
    names: dict[str, Any] = {}
    for name, text in {**answer.given, **answer.numbers}.items():
        names[name] = evaluate(text, names)
    return names, {name: _refusal(text, names) for name, text in answer.refused.items()}


def _refusal(text: str, names: dict[str, Any]) -> str:
    try:
        evaluate(text, names)
    except build.REFUSALS as error:
        return build.one_line(error)
    raise RuntimeError(f"torch takes `{text}`")


def _plain(value: Any) -> float:
    return float(value.detach()) if isinstance(value, torch.Tensor) else float(value)


def _written(value: Number) -> str:
    """A number for the eye: whole ones without a fraction, others to four digits."""
    if not isinstance(value, float):
        return str(value)
    return str(int(value)) if value == int(value) and abs(value) < 1e6 else f"{value:.4g}"


# -- denominators -------------------------------------------------------------------------------------------------------


def denominators(setting: Setting) -> tuple[Denominator, ...]:
    """What each reduction divides by on the first draw, in float64; none where no denominator is documented."""
    trial = try_out(setting, "float64")
    if not isinstance(trial, Trial) or trial.worked is None or trial.given is None or setting.definition is None:
        return ()
    frame = reference.prepare(setting.definition, trial.given)
    documented = {each.name: each for each in reference.reductions_for(setting.definition, frame_case(trial))}
    total = float(sum((float(term) for term in reference.terms(frame)), start=0.0))
    found: list[Denominator] = []
    for configuration, name in variants(setting, trial.case):
        if name == "none" or name not in documented:
            continue
        bottom = reference.denominator(frame, documented[name])
        with torch.no_grad():
            value = loss_value(trial.make(configuration)(*trial.inputs))
        divided = None if bottom is None else number(float(bottom))
        found.append(Denominator(name, documented[name].words, divided, number(total), number(float(value.sum()))))
    return tuple(found)


def frame_case(trial: Trial) -> Any:
    """The case of a trial that was drawn from a definition."""
    assert trial.case is not None
    return trial.case
