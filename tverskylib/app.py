"""What the app's server adds to Voila's: no more kernels than a computer bears. ``notebooks/app/voila.json`` names it."""

from __future__ import annotations

from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError
from traitlets import Int


class LimitedKernelManager(AsyncMappingKernelManager):
    """Kernels up to a number: each page that is opened has one, of some 300 MB, until it is culled.

    Args:
        most: how many run at a time; a page beyond it is refused with the status 503.
    """

    most = Int(12, min=1, config=True, help="How many kernels run at a time.")

    async def start_kernel(self, **options: Any) -> str:  # type: ignore[override]
        if len(self.list_kernel_ids()) >= self.most:
            raise HTTPError(503, f"{self.most} pages are open, as many as this server bears: close one, and wait")
        started: str = await super().start_kernel(**options)
        return started
