"""Which runs a lesson trains, and where: chosen by what is there, changed by the reader."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from tverskylib._extras import optional

if TYPE_CHECKING:
    from tverskylib.training import RunSettings

VARIABLE = "TVERSKYLIB_PROFILE"
PROFILES = {
    "smoke": "smoke: seconds, too short to learn anything",
    "quick": "quick: about two minutes on two cores",
    "gpu": "gpu: larger tiles and a wider network, for a graphics card",
}


class RunChoice(widgets.VBox):
    """Two dropdowns, profile and device. Run the cells below again after a change.

    At the start the profile is what the environment variable ``TVERSKYLIB_PROFILE`` names; without it "gpu" where
    there is a GPU, "quick" elsewhere.

    Raises:
        ValueError: the variable names a profile that does not exist.

    Introduced in lesson 10.
    """

    def __init__(self) -> None:
        with optional():
            import torch

        on_gpu = torch.cuda.is_available()
        start = os.environ.get(VARIABLE) or ("gpu" if on_gpu else "quick")
        if start not in PROFILES:
            raise ValueError(f"{VARIABLE} must be one of {', '.join(PROFILES)}, got {start!r}")
        self.found = "a graphics card" if on_gpu else "no graphics card"
        looks: dict[str, Any] = {"style": {"description_width": "5em"}, "layout": {"width": "min(36em, 100%)"}}
        self.profile = widgets.Dropdown(
            options=[(words, name) for name, words in PROFILES.items()], value=start, description="profile", **looks
        )
        devices = [(f"what is there ({self.found})", "auto"), ("the CPU", "cpu")]
        self.device = widgets.Dropdown(options=devices, value="auto", description="device", **looks)
        super().__init__([self.profile, self.device])
        self.add_class("tverskylib-choice")

    @property
    def learns(self) -> bool:
        """Whether the runs are long enough to learn anything: all but those of the smoke profile."""
        return bool(self.profile.value != "smoke")

    def runs(self, task: str) -> dict[str, RunSettings]:
        """The settings of the task's two runs, "batch" and "image".

        Args:
            task: "positive" or "whole".
        """
        from tverskylib.training import runs

        # The first four runs of every profile are one seed of both tasks and both domains, at batch size 8.
        found = {one.domain: one for one in runs(self.profile.value)[:4] if one.task == task}
        return {domain: found[domain] for domain in ("batch", "image")}

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        words = f"Profile: {PROFILES[self.profile.value]}. Device: found {self.found}."
        bundle = super()._repr_mimebundle_(**kwargs)
        return {**bundle, "text/html": f"<p>{words}</p>", "text/plain": words}
