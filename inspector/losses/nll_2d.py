"""NLLLoss2d: an older name of NLLLoss, for images; its forward is that of NLLLoss."""

from msgspec.structs import replace

from inspector.losses import nll

DEFINITION = replace(
    nll.DEFINITION,
    qualified_name="torch.nn.modules.loss.NLLLoss2d",
    cases=(nll.case("(N, C, H, W)", ("N", "C", "H", "W"), ("N", "H", "W")),),
    same_as="torch.nn.modules.loss.NLLLoss",
)
