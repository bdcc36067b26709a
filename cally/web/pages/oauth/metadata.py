"""What programs can find out about this provider by themselves (RFC 8414)."""

from typing import Any

from litestar import MediaType, Response, get
from litestar.di import NamedDependency

from cally.model.accounts import SCOPES
from cally.web.doors import Doors

AUTHORIZE = "/oauth/authorize"
TOKEN = "/oauth/token"  # noqa: S105 - an address
REVOKE = "/oauth/revoke"
METHODS = ["client_secret_basic", "client_secret_post", "none"]


@get("/.well-known/oauth-authorization-server")
async def show(doors: NamedDependency[Doors]) -> Response[dict[str, Any]]:
    """The addresses, scopes and ways that there are; no others work."""
    url = doors.public_url()
    said = {
        "issuer": url,
        "authorization_endpoint": url + AUTHORIZE,
        "token_endpoint": url + TOKEN,
        "revocation_endpoint": url + REVOKE,
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint_auth_methods_supported": METHODS,
        "authorization_response_iss_parameter_supported": True,
        "service_documentation": f"{url}/api/v1/docs",
    }
    return Response(said, media_type=MediaType.JSON)


ROUTES = [show]
