"""The catalogue of messages: misuses by rule, real texts of torch, and fixes that are called run only where they ran."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from inspector.live import catalogue, misuses, prober, probes, uses
from inspector.live.isolate import Child
from inspector.live.prober import Chosen
from inspector.messages import look_up
from inspector.report import Message
from tests.live.test_probes import some_plan
from tests.test_messages import UNRELATED, is_found, pasted_as, traceback

LOSSES = ("MSELoss", "NLLLoss", "CrossEntropyLoss")
MAKERS = (probes.ordinary, probes.of_shapes, probes.of_dtypes, probes.of_arguments)

PEOPLE_ASK = {
    "0D or 1D target tensor expected, multi-target not supported": "loss(input, target.squeeze(-1))",
    "element 0 of tensors does not require grad and does not have a grad_fn": "loss(input, target).backward()",
    "grad can be implicitly created only for scalar outputs": "loss(input, target).mean().backward()",
    "only one element tensors can be converted to Python scalars": "float(loss(input, target).detach().mean())",
    "Boolean value of Tensor with more than one value is ambiguous": "torch.nn.MSELoss()(input, target)",
    "expected target dtype to be Long or Byte, but got Int": "target.long()",
    "Trying to backward through the graph a second time": "loss(input, target).backward()  # the loss value computed anew each time",
    "size_average and reduce args will be deprecated, please use reduction='sum' instead.": "torch.nn.MSELoss(reduction='sum')",
    "'MSELoss' object has no attribute 'backward'": "loss(input, target).backward()",
    "'float' object has no attribute 'backward'": "loss(input, target).backward()",
    "Using a target size (torch.Size([64])) that is different to the input size (torch.Size([64, 1]))": "loss(input.squeeze(-1), target)",
    "Expected floating point type for target with class probabilities, got Long": "loss(input, target.argmax(1))",
}
"""What people paste -> code that must stand among what is told, and have run."""


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    with Child() as started:
        yield started


@pytest.fixture(scope="module")
def known(child: Child) -> list[Message]:
    found: list[Message] = []
    for name in LOSSES:
        plan = some_plan(f"torch.nn.modules.loss.{name}")
        seen = [each for some in prober.probe_all(child, [Chosen(plan, MAKERS)]) for each in some]
        found += catalogue.messages(seen, child)
    return found


def test_every_message_of_some_losses_is_found_however_it_is_pasted(known: list[Message]) -> None:
    assert len(known) > 100
    lost = [(each.text, how) for each in known for how, text in as_pasted(each).items() if not is_found(look_up(text, known), each)]
    assert not lost


def as_pasted(each: Message) -> dict[str, str]:
    """With a traceback that ends where torch said it."""
    file = each.place.rpartition(":")[0].removeprefix("torch/")
    return {**pasted_as(each), "traceback": traceback(f"{each.error}: {each.text}", each.function, file)}


@pytest.mark.parametrize("asked", UNRELATED)
def test_ordinary_errors_of_other_code_are_not_known(asked: str, known: list[Message]) -> None:
    found = look_up(asked, known)
    assert not found.known, found.matches[0]
    assert len(found.matches) == 3


@pytest.mark.parametrize(("asked", "fix"), PEOPLE_ASK.items(), ids=lambda text: text[:30])
def test_what_people_ask_is_known_and_its_fix_ran(asked: str, fix: str, known: list[Message]) -> None:
    found = look_up(asked, known)
    assert found.known
    told = {cause.fix for group in found.groups for message in group.messages for cause in message.causes if cause.fix_ran}
    assert fix in told


def test_a_sequence_of_scores_is_told_what_to_write(known: list[Message]) -> None:
    (group,) = look_up("Expected target size [2, 11], got [2, 7]", known).groups
    fitting = {reason.cause.fix: reason for reason in group.reasons if reason.fits and reason.cause.fix_ran}
    assert fitting["loss(input.flatten(0, 1), target.flatten())"].shapes == {"input": (2, 7, 11), "target": (2, 7)}


def test_a_fix_that_does_not_run_is_told_in_words(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = uses.Use("broken", "a broken rule", "loss()", "loss({x}, {y}, nonsense)")
    useless = uses.Use("useless", "a rule that still warns", "loss({x})", "import warnings\nwarnings.warn('still')")
    monkeypatch.setattr(misuses, "USES", (broken, useless))
    plan = some_plan("torch.nn.modules.loss.L1Loss")
    seen = [each for some in prober.probe_all(child, [Chosen(plan, (probes.ordinary, probes.of_shapes))]) for each in some]
    causes = [cause for message in catalogue.messages(seen, child) for cause in message.causes if cause.rule in ("broken", "useless")]
    assert {cause.rule for cause in causes} == {"broken", "useless"}
    assert not any(cause.fix_ran or "nonsense" in cause.fix for cause in causes)


def test_every_fix_that_ran_is_code(known: list[Message]) -> None:
    fixes = {cause.fix for message in known for cause in message.causes if cause.fix_ran}
    assert any(fix.count(".float()") > 1 for fix in fixes)
    wrong = []
    for fix in sorted(fixes):
        try:
            ast.parse(fix)
        except SyntaxError:
            wrong.append(fix)
    assert wrong == []
