"""Settings of the app's server, which `make app` names: it serves this computer alone, and not too many pages.

Voila reads this file; it is no module, and `python -m voila` must not be started in this folder, which would find it.
"""

from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError
from traitlets import Int


class LimitedKernelManager(AsyncMappingKernelManager):
    """Each page that is opened has a kernel of some 300 MB, until it is culled; a page too many gets the status 503."""

    most = Int(12, min=1, config=True, help="How many kernels run at a time.")
    starting = 0  # those that are on their way, and not listed yet: pages may be opened at once

    async def start_kernel(self, **options: Any) -> str:
        if len(self.list_kernel_ids()) + self.starting >= self.most:
            raise HTTPError(503, f"{self.most} pages are open, as many as this server bears: close one, and wait")
        self.starting += 1
        try:
            return await super().start_kernel(**options)
        finally:
            self.starting -= 1


# What a page may load: nothing of another place.
POLICY = {
    "default-src": ["'self'"],
    "script-src": [
        "'self'",
        "'unsafe-inline'",  # Voila writes its settings and its progress into the page
        "'unsafe-eval'",  # JupyterLab checks settings by code that is made of their schemas
        "blob:",  # anywidget loads the code of an explorer from memory
    ],
    "style-src": ["'self'", "'unsafe-inline'"],  # JupyterLab, the widgets and MathJax set styles on elements
    "img-src": ["'self'", "data:", "blob:"],  # pictures of matplotlib, icons, pictures that a widget holds
    "font-src": ["'self'", "data:"],  # fonts of MathJax
    "worker-src": ["'self'", "blob:"],  # JupyterLab starts workers from memory
    "object-src": ["'none'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'self'"],
}

c = get_config()  # noqa: F821
c.Voila.ip = "127.0.0.1"
c.Voila.tornado_settings = {
    "allow_remote_access": False,  # a page of another place could call this computer by a name of its own
    "headers": {
        "Content-Security-Policy": "; ".join(f"{rule} {' '.join(allowed)}" for rule, allowed in POLICY.items())
    },
}
c.VoilaConfiguration.template = "tverskylib"
c.VoilaConfiguration.strip_sources = True
c.VoilaConfiguration.multi_kernel_manager_class = LimitedKernelManager
c.VoilaConfiguration.extension_allowlist = [
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
    "anywidget",
]
c.MappingKernelManager.cull_idle_timeout = 300  # seconds after the page was closed
c.MappingKernelManager.cull_interval = 60
