"""What the machine is that numbers come from: processor, platform, and the build of torch.

In: the name of a device. Out: a Machine. Asks for nothing that would tell one person's machine from another of the same kind.
"""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

import torch

from inspector.evidence import Machine


def describe(device: str) -> Machine:
    """The machine, as far as numbers may depend on it."""
    kind = torch.device(device).type
    on_gpu = kind == "cuda"
    version: Any = torch.version
    return Machine(
        device=device,
        processor=str(torch.cuda.get_device_name(device)) if on_gpu else cpu_model(),
        platform=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        torch=str(torch.__version__),
        git_version=str(version.git_version or "unknown"),
        capability=f"CUDA {version.cuda}" if on_gpu else str(torch.backends.cpu.get_cpu_capability()),
    )


def cpu_model(listing: Path = Path("/proc/cpuinfo")) -> str:
    """The model name of the processor, as Linux lists it, else what Python knows of it."""
    try:
        lines = listing.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.lower().startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()
