"""Sending a browser on to another site after a form: by a page, since our forms may lead to our own pages only.

Browsers hold `form-action` against every redirect of a form, so a redirect to another site would end here. The page
goes on by itself (a refresh needs no script), and has a link for those who turned that off.
"""

from typing import Any

from litestar import Request, Response

from cally.web.rendering import render


def onward(request: Request[Any, Any, Any], address: str, name: str) -> Response[bytes]:
    """A page that leads on to `address`, which belongs to `name`; the address was judged before."""
    return render(request, "pages/onward.html", address=address, name=name)
