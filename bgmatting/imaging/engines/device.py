"""Device and precision, by name."""

from __future__ import annotations

import torch

from ...errors import InputError

DEVICES = ("auto", "cpu", "cuda", "mps")
DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


def resolve_device(device: str | torch.device) -> torch.device:
    """The device meant by a name: "auto" is CUDA, else MPS, else the CPU.

    Raises:
        InputError: the name is unknown, or the device is not there.
    """
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        found = torch.device(device)
    except (RuntimeError, TypeError):
        found = None
    if found is None or found.type not in DEVICES:
        raise InputError(f"unknown device {device!r}: choose one of {', '.join(DEVICES)}")
    count = {
        "cpu": 1,
        "cuda": torch.cuda.device_count() if torch.cuda.is_available() else 0,
        "mps": int(torch.backends.mps.is_available()),
    }[found.type]
    if (found.index or 0) >= count:
        here = f"this machine has {count} of them" if count else "this machine has none"
        raise InputError(f'device {str(device)!r} is not there ({here}): choose "auto" or "cpu"')
    return found


def resolve_dtype(dtype: str | torch.dtype, device: torch.device) -> torch.dtype:
    """The precision meant by a name: "auto" is the fastest whose matte is as good.

    That is bfloat16 on CPUs with instructions for it, float16 on CUDA (finer than bfloat16, and
    just as fast), float32 elsewhere.

    Raises:
        InputError: the name is unknown.
    """
    if dtype == "auto":
        if device.type == "cuda":
            return torch.float16
        fast = device.type == "cpu" and cpu_has_bfloat16()
        return torch.bfloat16 if fast else torch.float32
    if isinstance(dtype, str) and dtype in DTYPES:
        return DTYPES[dtype]
    if dtype in DTYPES.values():
        return dtype  # type: ignore[return-value]
    raise InputError(f"unknown dtype {dtype!r}: choose auto or one of {', '.join(DTYPES)}")


def cpu_has_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 natively (AVX-512 BF16 or AMX): else it is slower."""
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, check, lambda: False)() for check in checks)
