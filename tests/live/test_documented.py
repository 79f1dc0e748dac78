"""What docstrings say, held against what happens: docstrings made for the purpose, on losses of torch, each with one fault or none."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent

import pytest

from inspector import losses
from inspector.live import documented, instances
from inspector.live.build import find_class
from inspector.live.documented import Compared, Said
from inspector.live.isolate import Child
from inspector.live.sayings import latex
from inspector.live.sayings.examples import examples
from inspector.live.sayings.range_words import ranges
from inspector.live.sayings.said import Part
from inspector.live.sayings.settings import documented_default
from inspector.live.sayings.shape_words import read_input, read_output
from inspector.render import sayings
from inspector.report import Saying


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    with Child() as started:
        yield started


def heard(name: str, docstring: str, child: Child) -> Compared:
    definition = losses.find(f"torch.nn.modules.loss.{name}")
    assert definition is not None
    signature = instances.signature_of(find_class(definition.qualified_name))
    return documented.compared(definition, signature, Said(dedent(docstring), "made_up.py", 10), child)


def only(compared: Compared, kind: str) -> Saying:
    (saying,) = (each for each in compared.said if each.kind == kind)
    return saying


def formula(text: str, more: str = "") -> str:
    return f"Words.\n\n.. math::\n    {text}\n\n{more}\n"


NAMED = r"\ell(x, y) = L = \{l_1, \dots, l_N\}^\top, \quad "
KEPT = r"\cdot \mathbb{1}\{y_n \not= \text{ignore\_index}\}"
HUBER = r"""\begin{cases}
    0.5 (x_n - y_n)^2 %s, & \text{if } |x_n - y_n| < beta \\
    |x_n - y_n| - 0.5 * beta, & \text{otherwise}
    \end{cases}"""
HINGE = r"\begin{cases} x_n, & \text{if } y_n = 1 \\ \max \{0, margin %s x_n\}, & \text{if } y_n = -1 \end{cases}"
SIGMOIDS = r"p_c y_{n,c} \log \sigma(x_{n,c}) + (1 - y_{n,c}) \log(1 - \sigma(x_{n,c}))"
COSINES = r"\begin{cases} \max(0, \cos(x_1, x_2) - margin), & \text{if } y = -1 \\ 1 - \cos(x_1, x_2), & \text{otherwise} \end{cases}"
TRIPLET = r"""L(a, p, n) = \max \{d(a_i, p_i) - d(a_i, n_i) + {\rm margin}, 0\} \\
    d(u_i, v_i) = \left\lVert u_i - v_i \right\rVert_p"""
NORMAL = r"""\text{loss} = \frac{1}{2}\left(\log\left(\text{max}(\text{var}, \text{eps})\right)
    + \frac{\left(\text{input} - \text{target}\right)^2}{\text{max}(\text{var}, \text{eps})}\right) + \text{const.}"""

RIGHT = {
    "an absolute value": ("L1Loss", NAMED + r"l_n = \left| y_n - x_n \right|"),
    "cases": ("SmoothL1Loss", f"{NAMED} l_n = {HUBER % '/ beta'}"),
    "an index in an index": ("NLLLoss", f"{NAMED} l_n = -w_{{y_n}} x_{{n, y_n}} {KEPT}"),
    "a sum of exponentials": (
        "CrossEntropyLoss",
        NAMED + r"l_n = -w_{y_n} \log \frac{\exp(x_{n,y_n})}{\sum_{c=1}^C \exp(x_{n,c})}" + KEPT,
    ),
    "a weight with two indices": ("BCEWithLogitsLoss", NAMED + r"l_{n,c} = -w_{n,c} \left[" + SIGMOIDS + r"\right]"),
    "a sum that goes on": (
        "MultiLabelSoftMarginLoss",
        r"loss(x, y) = -\frac{1}{C} * \sum_i y[i] * \log(\sigma(x[i])) + (1 - y[i]) * \log(1 - \sigma(x[i]))",
    ),
    "a cosine of two inputs": ("CosineEmbeddingLoss", r"\text{loss}(x, y) = " + COSINES),
    "a function of its own": ("TripletMarginLoss", TRIPLET),
    "a constant left out": ("GaussianNLLLoss", NORMAL),
    "a mean of all": ("SoftMarginLoss", r"\text{loss}(x, y) = \sum_i \frac{\log(1 + \exp(-y[i] * x[i]))}{\text{x.nelement}()}"),
}

WRONG = {
    "the square in place of the distance": ("L1Loss", NAMED + r"l_n = \left( x_n - y_n \right)^2"),
    "what is only right at the default": ("SmoothL1Loss", f"{NAMED} l_n = {HUBER % ''}"),
    "a weight squared": ("NLLLoss", f"{NAMED} l_n = -w_{{y_n}}^2 x_{{n, y_n}} {KEPT}"),
    "a sign": ("HingeEmbeddingLoss", f"{NAMED} l_n = {HINGE % '+'}"),
    "the inputs the wrong way round": ("MarginRankingLoss", r"\text{loss}(x1, x2, y) = \max(0, -y * (x2 - x1) + \text{margin})"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_formula_agrees(name: str, child: Child) -> None:
    loss, text = RIGHT[name]
    saying = only(heard(loss, formula(text), child), "formula")
    assert saying.status == "agree", saying.reason


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_formula_is_contradicted(name: str, child: Child) -> None:
    loss, text = WRONG[name]
    compared = heard(loss, formula(text), child)
    assert only(compared, "formula").status == "contradict", only(compared, "formula").reason
    assert compared.findings[0].place == "made_up.py:13"


def test_a_sum_over_pairs_keeps_to_what_is_said_of_its_letters(child: Child) -> None:
    text = r"\text{loss}(x, y) = \sum_{ij}\frac{\max(0, 1 - (x[y[j]] - x[i]))}{\text{x.size}(0)}"
    where = r"where :math:`0 \leq y[j] \leq \text{x.size}(0)-1` and :math:`i \neq y[j]` for all :math:`i` and :math:`j`."
    assert only(heard("MultiLabelMarginLoss", formula(text, where), child), "formula").status == "agree"
    without = r"where :math:`0 \leq y[j] \leq \text{x.size}(0)-1`."
    assert only(heard("MultiLabelMarginLoss", formula(text, without), child), "formula").status == "contradict"


def test_each_case_of_a_reduction_is_compared(child: Child) -> None:
    cases = r"""\begin{cases}
        \operatorname{mean}(L), & \text{if reduction} = \text{`mean';}\\
        %s, & \text{if reduction} = \text{`sum'.}
        \end{cases}"""
    right, wrong = (formula(r"\ell(x, y) = " + cases % rest) for rest in (r"\operatorname{sum}(L)", r"\operatorname{mean}(L)"))
    assert only(heard("MSELoss", right, child), "formula").status == "agree"
    assert only(heard("MSELoss", wrong, child), "formula").status == "contradict"


def test_a_formula_that_no_rule_reads_is_not_checked_and_says_why(child: Child) -> None:
    saying = only(heard("MSELoss", formula(r"\ell(x, y) = \int_0^1 x \, dy"), child), "formula")
    assert (saying.status, saying.reason) == ("not checked", "\\int is not read")


@pytest.mark.parametrize(
    ("text", "value"),
    [("2 + 3 * 4 ^ 2", "50"), (r"\frac{1}{2} - \log \exp(2)", "-1.5"), ("|1 - 3| / 4", "0.5"), (r"3 (1 + 1)^{-1}", "1.5")],
)
def test_signs_bind_as_they_do_on_paper(text: str, value: str) -> None:
    from inspector.live.sayings.formula_values import Scope, number

    assert f"{number(latex.expression(text), Scope({}, {})):g}" == value


SHAPES = """
    Words.

    Shape:
        - Input: :math:`{}` where `N` is the batch size.
        - Target: :math:`{}`, where each value is a class index.
        - Output: scalar. If :attr:`reduction` is ``'none'``, then :math:`{}`.
"""


@pytest.mark.parametrize(
    ("shapes", "statuses"),
    [
        (("(N, C)", "(N)", "(N)"), ["agree", "agree"]),
        (("(N, C)", "(N, C)", "(N)"), ["contradict", "not checked"]),
        (("(N, C)", "(N)", "(N, C)"), ["agree", "contradict"]),
        (("(N, C, d_1, d_2, ..., d_K)", "(N, d_1, d_2, ..., d_K)", "(N, d_1, d_2, ..., d_K)"), ["agree", "agree"]),
        (("(N, \\operatorname{sum}(d))", "(N)", "(N)"), ["not checked", "not checked"]),
    ],
)
def test_inputs_of_the_stated_shapes_must_be_taken_and_give_the_stated_shape(
    shapes: tuple[str, ...], statuses: list[str], child: Child
) -> None:
    compared = heard("NLLLoss", SHAPES.format(*shapes), child)
    assert [each.status for each in compared.said if each.kind == "shape"] == statuses


def test_a_line_on_a_shape_is_read_by_rule() -> None:
    (line,) = read_input(r":math:`(N, *)` or :math:`(*)`, same shape as the input, or same shape as the input but with one fewer dimension")
    assert [(each.dims, each.same, each.but) for each in line.shapes] == [(("N", "*"), "", ""), (("*",), "", ""), ((), "input", "fewer")]
    of_kinds = read_input("If containing class indices, shape :math:`(N)`. If containing class probabilities, the same shape input.")
    assert [(line.kind, len(line.shapes)) for line in of_kinds] == [("class indices", 1), ("class probabilities", 1)]
    output = read_output("A Tensor of shape :math:`(N)` if reduction is ``'none'`` and input shape is :math:`(N, D)`; a scalar otherwise.")
    assert output is not None
    assert ([each.dims for each in output.unreduced], len(output.reduced), output.condition) == ([("N",)], 1, ("N", "D"))


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("The value must be positive.", "agree"),
        ("The value must be non-negative.", "contradict"),
        ("A float in [0.5, 2.0].", "agree"),
        ("A float in [-1.0, 1.0].", "contradict"),
    ],
)
def test_what_lies_inside_a_stated_range_must_be_taken(said: str, status: str, child: Child) -> None:
    compared = heard("HuberLoss", f"Words.\n\nArgs:\n    delta (float, optional): {said}\n", child)
    assert only(compared, "range").status == status
    assert [finding.severity for finding in compared.findings] == ["documentation slip"] * (status == "contradict")


def test_ranges_are_read_with_their_bounds_and_what_they_are_said_of() -> None:
    text = r"class indices in the range :math:`[0, C)`, numbers between 0 and 1, :math:`0 \leq y[i] \leq C-1`, a nonnegative margin"
    found = [(each.low, each.high, each.low_open, each.high_open, each.of) for each in ranges(Part(text, 0))]
    assert found == [
        ("0", "C", False, True, ""),
        ("0", "1", False, False, ""),
        ("0", "C-1", False, False, "y"),
        ("0", "", False, False, "margin"),
    ]


def test_arguments_are_held_to_their_type_default_and_deprecation(child: Child) -> None:
    compared = heard(
        "HuberLoss",
        """
        Words.

        Args:
            delta (float): deprecated. Default: 2.0
            reduction (str, optional): how to reduce. Default: ``'mean'``
            gamma (float, optional): there is none.
        """,
        child,
    )
    contradicted = [(each.kind, each.place) for each in compared.said if each.status == "contradict"]
    assert contradicted == [
        ("type", "made_up.py:14"),
        ("default", "made_up.py:14"),
        ("deprecated", "made_up.py:14"),
        ("type", "made_up.py:16"),
    ]
    assert ("default", "agree") in {(each.kind, each.status) for each in compared.said}


@pytest.mark.parametrize(
    ("text", "default"),
    [("Default: ``True``", "True"), ("Default: 1e-6.", "1e-6"), ("Has a default value of :math:`1`.", "1"), ("By default, it sums.", "")],
)
def test_a_default_is_read_however_it_is_written(text: str, default: str) -> None:
    assert documented_default(text) == default


def test_a_tensor_argument_of_the_stated_size_must_be_taken(child: Child) -> None:
    text = "Words.\n\nArgs:\n    weight (Tensor, optional): if given, a Tensor of size `{}`.\n"
    assert only(heard("NLLLoss", text.format("C"), child), "shape").status == "agree"
    assert only(heard("NLLLoss", text.format("nbatch"), child), "shape").status == "contradict"


EXAMPLE = """
    Words.

    Examples:

        >>> loss = nn.MSELoss()
        >>> loss(torch.ones(2), torch.zeros(2))
        {}
        >>> # xdoctest: +SKIP("it is known to fail")
        >>> {}
"""


def test_an_example_is_run_with_its_output_and_what_upstream_skips_is_told_apart(child: Child) -> None:
    statuses = [each.status for each in heard("MSELoss", EXAMPLE.format("tensor(1.)", "2 + 2"), child).said]
    assert statuses == ["agree", "agree"]
    assert [each.status for each in heard("MSELoss", EXAMPLE.format("tensor(2.)", "2 + 2"), child).said] == ["contradict", "agree"]
    compared = heard("MSELoss", EXAMPLE.format("tensor(1...)", "nn.MSELoss()(1)"), child)
    assert [each.status for each in compared.said] == ["agree", "contradict"]
    assert "upstream marks that part to be skipped in its own tests: it is known to fail" in compared.findings[0].message


def test_examples_under_two_headings_are_two() -> None:
    assert len(examples("Examples:\n    >>> 1\n    1\n\nWords.\n\nExamples:\n    >>> 2\n    2\n")) == 2


CODE = """
    Words.

    .. code-block:: python

        loss = (input - target).square()
        if reduction != "none":
            loss = loss.{}()
"""


def test_code_that_is_said_to_do_the_same_is_run(child: Child) -> None:
    assert only(heard("MSELoss", CODE.format("mean"), child), "formula").status == "contradict"
    assert only(heard("MSELoss", CODE.replace("loss.{}()", "getattr(loss, reduction)()"), child), "formula").status == "agree"


def test_the_record_is_counted_by_kind() -> None:
    said = [Saying("shape", "Input", "a.py:1", "agree"), Saying("formula", "l", "a.py:2", "not checked", "\\int is not read")]
    assert sayings.counted(said) == "2 statements: 1 as it happens (1 of 1 shapes, 0 of 1 formulas), 0 contradicted, 1 not checked."
