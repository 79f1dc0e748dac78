"""Questions people ask of a class, answered by running what the losses' files say; and what each reduction divides by.

In: Answers as data, or a definition. Out: Answers and Denominators to show, and Checks that what they claim is true. No figure is typed in.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import torch

from inspector.live import build, programs, shows
from inspector.live.checks import Label, not_run, stated
from inspector.live.consistency import loss_value
from inspector.live.expressions import evaluate
from inspector.live.trials import Setting, Trial, try_out, variants
from inspector.losses import reference, schema
from inspector.report import Answer, Check, Denominator, number

KIND = "answer"


def checks(answers: Sequence[schema.Answer], device: str) -> Iterator[Check]:
    """What each answer claims."""
    if device != "cpu":
        return  # The expressions make their own tensors, on the CPU: they say nothing of another device.
    for answer in answers:
        label = Label(KIND, answer.question, "float32", device)
        try:
            came = _worked_out(answer)
        except build.REFUSALS as error:
            yield not_run(label, answer.question, f"torch refused: {build.one_line(error)}")
            continue
        for claim in answer.holds:
            yield stated(label, claim, bool(evaluate(claim, came.names)), "it is not so")


def shown(answers: Sequence[schema.Answer]) -> tuple[Answer, ...]:
    """The answers, with what came when they were run."""
    with warnings.catch_warnings(), torch.inference_mode(False), torch.enable_grad():
        warnings.simplefilter("ignore")
        return tuple(map(_shown, answers))


def _shown(answer: schema.Answer) -> Answer:
    came: dict[str, Any] = {}
    status: Literal["pass", "fail", "not_run"] = "not_run"
    brief = text = ""
    try:
        result = _worked_out(answer)
        numbers = {name: number(shows.plain(result.names[name])) for name in answer.numbers}
        words = {name: _Figure(value) if isinstance(value, float) else value for name, value in numbers.items()} | result.said
        brief, text = answer.brief.format(**words), answer.says.format(**words)
        status = "pass" if all(bool(evaluate(claim, result.names)) for claim in answer.holds) else "fail"
        came = {"numbers": numbers, "texts": result.said, "shown": tuple(shows.shown(each, result.names) for each in answer.shown)}
    except build.REFUSALS as error:
        brief = text = f"could not be run: {build.one_line(error)}"
    code = {**answer.numbers, **answer.texts, **answer.refused, **answer.warned}
    return Answer(
        answer.question, text, code=code, status=status, id=answer.id, brief=brief, asks=answer.asks, program=answer.program,
        given=answer.given,
        refused=tuple(answer.refused), warned=tuple(answer.warned), **came,
    )  # fmt: skip


class _Figure(float):
    """A number that a template writes for the eye, unless it says how: `{mean}` or `{mean:.4f}`."""

    def __format__(self, spec: str) -> str:
        return super().__format__(spec) if spec else shows.figure(float(self))


class _Came(NamedTuple):
    """What running an answer gave."""

    names: dict[str, Any]
    """Every name, with its value."""
    said: dict[str, str]
    """Texts, refusals and warnings, as they are written."""


def _worked_out(answer: schema.Answer) -> _Came:
    """Values by name, and what torch said where it must refuse or warn. Raises RuntimeError where it does not."""
    names = programs.run(answer.program) if answer.program else {}
    for name, text in {**answer.given, **answer.numbers}.items():
        names[name] = evaluate(text, names)
    texts = {name: evaluate(text, names) for name, text in answer.texts.items()}
    said = {name: value if isinstance(value, str) else ", ".join(map(str, value)) for name, value in texts.items()}
    said |= {name: _refusal(text, names) for name, text in answer.refused.items()}
    said |= {name: _warning(text, names) for name, text in answer.warned.items()}
    return _Came({**names, **said, **texts}, said)


def _refusal(text: str, names: dict[str, Any]) -> str:
    try:
        evaluate(text, names)
    except KeyError as error:
        return str(error.args[0])  # Its own text would be in quotation marks.
    except build.REFUSALS as error:
        return build.one_line(error)
    raise RuntimeError(f"torch takes `{text}`")


def _warning(text: str, names: dict[str, Any]) -> str:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        evaluate(text, names)
    if not heard:
        raise RuntimeError(f"torch does not warn of `{text}`")
    return str(heard[0].message).splitlines()[0]


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
