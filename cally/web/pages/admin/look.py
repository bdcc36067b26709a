"""How all public pages look: the logo, and the style of the instance."""

from cally.web.pages.host.look import ADMIN_ROUTES as ROUTES

__all__ = ["ROUTES"]
