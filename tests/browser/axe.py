"""What axe-core finds in a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

# What is no fault is not described, nor is a path to each node: on a long page that took two thirds of the time. Style
# sheets, which no rule that is asked needs, are not fetched once more.
QUICK = {"resultTypes": ["violations"], "selectors": False, "preload": False}


def barriers(
    page: Page,
    include: Sequence[str] = (),
    *,
    exclude: Sequence[str] = (),
    only: Sequence[str] = (),
    but: Sequence[str] = (),
) -> str:
    """Its violations, a line each with the first nodes; "" if there is none.

    Args:
        page: of Playwright.
        include: selectors of the places that are looked at; none for the whole page.
        exclude: selectors of places in them that are not.
        only: rules that are asked; none for all.
        but: rules that are not.
    """
    from axe_playwright_python.sync_playwright import Axe

    places = {"include": include, "exclude": exclude}
    context = {kind: [[one] for one in selectors] for kind, selectors in places.items() if selectors}
    options: Mapping[str, Any] = {**QUICK, "rules": {rule: {"enabled": False} for rule in but}}
    if only:
        options = {**QUICK, "runOnly": list(only)}
    found = Axe().run(page, context=context or None, options=options).response["violations"]
    return "\n".join(
        f"{one['id']} ({len(one['nodes'])}): {[node['html'][:160] for node in one['nodes'][:3]]}" for one in found
    )
