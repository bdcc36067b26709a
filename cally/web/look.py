"""What hosts and admins gave the public pages: a face, a logo, styles; as addresses that name their content."""

import msgspec

from cally.hosts import picture_path
from cally.store import Reader, styles


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """`face` is the host's picture, `logo` the instance's, each empty for none; `styles` in the order they count."""

    face: str = ""
    logo: str = ""
    styles: tuple[str, ...] = ()


async def look_of(db: Reader, host_id: int | None = None) -> Look:
    """How a page looks: of a host, or of a team or several hosts (None), which have the instance's style alone."""
    names = [await styles.name_of(db, None)]
    if host_id is not None:
        names.append(await styles.name_of(db, host_id))
    return Look(
        face=await picture_path(db, host_id, size=96) if host_id is not None else "",
        logo=await picture_path(db, None, size=96),
        styles=tuple(f"/media/{name}.css" for name in names if name),
    )
