"""Our own configuration file, as `cally export configuration` writes it."""

from typing import Any

import msgspec

from cally.model.imports import FORMAT, VERSION, Bundle
from cally.ops.imports.sql_dump import fault


def is_own(value: Any) -> bool:
    """Whether this is a configuration of ours."""
    return isinstance(value, dict) and value.get("format") == FORMAT


def read_own(value: dict[str, Any]) -> Bundle:
    """The bundle in it; raises `invalid` with the path at fault."""
    if value.get("version") != VERSION:
        raise fault(
            f"This configuration has the version {str(value.get('version'))[:20]}; this program reads {VERSION}."
        )
    try:
        return msgspec.convert({**value, "source": "cally"}, type=Bundle)
    except msgspec.ValidationError as error:
        raise fault(f"The configuration is not as it should be: {error}") from error
