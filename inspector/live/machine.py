"""What the machine is that numbers come from: processor, platform, and the build of torch.

In: the name of a device. Out: a Machine. Asks for nothing that would tell one person's machine from another of the same kind.
"""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

import torch

from inspector.errors import InspectError
from inspector.evidence import Machine
from inspector.live import build
from inspector.report import TensorData


def with_numbers(device: str) -> Machine:
    """The machine, if it has the device and the device holds numbers.

    Raises InspectError `unknown-device` or `no-numbers`, CouldNotRun `no-such-device`.
    """
    made = build.make_value(TensorData((1,), "float32", (1.0,)), device=device)
    if made.device.type == "meta":
        raise InspectError("no-numbers", f"the device {device} holds shapes and no numbers", todo="name one such as cpu, cuda or mps")
    return describe(device)


def describe(device: str) -> Machine:
    """The machine, as far as numbers may depend on it."""
    on_gpu = torch.device(device).type == "cuda"
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
