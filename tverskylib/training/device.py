"""Where a run computes, and with which numbers: Accelerate's choice, or the caller's."""

from __future__ import annotations

from typing import Any, Literal

import torch

from tverskylib._checks import check_choice
from tverskylib._extras import optional

Device = Literal["auto", "cpu"]
Precision = Literal["auto", "float32", "bfloat16"]


def accelerator(device: Device = "auto", precision: Precision = "auto") -> Any:
    """Hugging Face's Accelerator: one process or several, on the GPU if there is one.

    Args:
        device: "auto", what Accelerate finds, or "cpu".
        precision: of the network; "auto" is bfloat16 on a GPU that computes with it, and float32 elsewhere, where
            bfloat16 is slower. Losses are float32 always.

    Returns:
        An ``accelerate.Accelerator``.

    Raises:
        ValueError: an unknown name.
    """
    check_choice("device", device, ("auto", "cpu"))
    check_choice("precision", precision, ("auto", "float32", "bfloat16"))
    with optional():
        from accelerate import Accelerator
        from accelerate.state import AcceleratorState

    if not torch.distributed.is_initialized():
        # Accelerate remembers the first choice of a process; in a notebook the next run may choose otherwise.
        AcceleratorState._reset_state(reset_partial_state=True)
    on_gpu = device == "auto" and torch.cuda.is_available()
    if precision == "auto":
        precision = "bfloat16" if on_gpu and torch.cuda.is_bf16_supported() else "float32"
    return Accelerator(cpu=device == "cpu", mixed_precision="bf16" if precision == "bfloat16" else "no")


def device_name(device: torch.device) -> str:
    """What the device is called: the GPU's name, or the processor's architecture with the number of threads."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    import platform

    threads = torch.get_num_threads()
    return f"{device.type}, {platform.machine()}, {threads} thread{'s' * (threads != 1)}"
