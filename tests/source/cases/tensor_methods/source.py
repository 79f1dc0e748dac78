"""Methods and operators of tensors end in native names; a few are Python methods of Tensor itself."""

import torch

CALL = "Subject()(torch.ones(2, 3), torch.ones(2, 3))"


class Subject:
    def __call__(self, x, y):
        a = 1 - x
        b = 2 / y
        c = x**2 + y // 1
        d = x[0] + (x > y).float()[1]
        e = x.mean(dim=1, keepdim=True).clamp(min=0) * a.abs().sum()
        n = len(x) + x.dim() + x.size(0) + x.shape[1] + x.numel()
        if x.dim() == 2 and x.shape[0] == 2:
            e = e.reshape(-1)
        else:
            e = e.flatten()
        for row in y:
            e = e + row.sum()
        return torch.stack([e, e]).sum() + n + (-b).sum() + (c @ y.t()).sum() + d.norm()
