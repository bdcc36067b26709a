"""The software bill of materials (CycloneDX 1.6): what is really inside, down to the libraries within the wheels."""

import json
import uuid
import zipfile
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

from bundle import leaving_out
from bundle.trees import Bundle
from bundle.wheels import Wheel

SPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
# parts of Pillow that are left out with the extension that would load them (see leaving_out)
NOT_INSIDE = frozenset(
    {
        "pil._avif",
        "pil._imagingft",
        "pil._imagingcms",
        "pil._imagingtk",
        "libavif",
        "aom",
        "dav1d",
        "rav1e",
        "svt-av1",
        "libyuv",
        "freetype",
        "freetype2",
        "harfbuzz",
        "libpng",
        "brotli",
        "lcms2",
        "little cms 2",
        "raqm",
        "fribidi",
        "fribidi-shim",
    }
)


def sbom(made: Bundle) -> bytes:
    """The bill as JSON; the same bundle gives the same bytes."""
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(SPACE, f'cally {made.build_id}')}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(made.facts.epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "bom-ref": "cally",
                "name": "cally",
                "version": made.facts.version,
                "licenses": [{"expression": "AGPL-3.0-or-later"}],
                "properties": [
                    {"name": "cally:build", "value": made.build_id},
                    {"name": "cally:commit", "value": made.facts.commit},
                ],
            },
        },
        "components": _components(made),
    }
    return json.dumps(bill, indent=1, ensure_ascii=False).encode() + b"\n"


def _components(made: Bundle) -> list[dict[str, Any]]:
    by_name: dict[str, list[Wheel]] = {}
    for wheels in made.wheels.values():
        for wheel in wheels:
            if wheel not in by_name.setdefault(wheel.name, []):
                by_name[wheel.name].append(wheel)
    return [_component(wheels) for _, wheels in sorted(by_name.items()) if _is_inside(wheels[0], made)]


def _is_inside(wheel: Wheel, made: Bundle) -> bool:
    """Whether anything but its description was taken."""
    with zipfile.ZipFile(wheel.path) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name and not name.endswith("/")]
    return any(not leaving_out.reason(name) for name in names)


def _component(wheels: list[Wheel]) -> dict[str, Any]:
    first = wheels[0]
    purl = f"pkg:pypi/{first.name}@{first.version}"
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": first.name,
        "version": first.version,
        "purl": purl,
    }
    licence = _licence(_metadata(first.path))
    if licence:
        found["licenses"] = licence
    found["properties"] = [
        {"name": "cally:wheel", "value": f"{wheel.path.name} sha256:{wheel.sha256}"}
        for wheel in sorted(wheels, key=lambda wheel: wheel.path.name)
    ]
    within = _within(wheels, purl)
    if within:
        found["components"] = within
    return found


def _within(wheels: list[Wheel], owner: str) -> list[dict[str, Any]]:
    """What the wheels' own bills name: crates, static and copied libraries."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for wheel in wheels:
        with zipfile.ZipFile(wheel.path) as archive:
            bills = [
                json.loads(archive.read(name))
                for name in sorted(archive.namelist())
                if "/sboms/" in name and name.endswith(".json")
            ]
        for bill in bills:
            for part in bill.get("components", ()):
                name, version = part["name"], part.get("version", "")
                if name.lower() in NOT_INSIDE or name.lower() == wheel.name:
                    continue
                kept = {"type": part["type"], "bom-ref": f"{owner}#{name}@{version}", "name": name, "version": version}
                kept |= {key: part[key] for key in ("licenses", "hashes") if part.get(key)}
                if part.get("purl"):
                    kept["purl"] = part["purl"].partition("?")[0].partition("#")[0]
                found.setdefault((name, version), kept)
    return [part for _, part in sorted(found.items())]


def _metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name))


def _licence(metadata: Message) -> list[dict[str, Any]]:
    """As an SPDX expression where the package gives one, else in its words or its classifiers'."""
    if metadata["License-Expression"]:
        return [{"expression": metadata["License-Expression"]}]
    said = (metadata["License"] or "").strip().splitlines()
    classifiers = [
        line.rpartition(":: ")[2] for line in metadata.get_all("Classifier", ()) if line.startswith("License ::")
    ]
    names = said[:1] if said and len(said) == 1 else classifiers
    return [{"license": {"name": name}} for name in names]
