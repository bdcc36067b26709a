"""Which machines a bundle is for: CPython versions, architectures, and how old their C library may be."""

from typing import Any, NamedTuple

from packaging.markers import default_environment
from packaging.tags import Tag, compatible_tags, cpython_tags

PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))
ARCHITECTURES = ("x86_64", "aarch64")
GLIBC = (2, 28)
OLDEST_GLIBC = 17
OLD_NAMES = {
    "x86_64": ("manylinux2014_x86_64", "manylinux_2_12_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"),
    "aarch64": ("manylinux2014_aarch64",),
}


class Machine(NamedTuple):
    """One CPython on one architecture."""

    python: tuple[int, int]
    architecture: str

    @property
    def abi(self) -> str:
        """`cp311`."""
        return "cp{}{}".format(*self.python)

    @property
    def version(self) -> str:
        """`3.11`."""
        return "{}.{}".format(*self.python)

    def platforms(self) -> list[str]:
        """The platform tags that it takes, the newest first; from glibc 2.28 down."""
        new = [f"manylinux_2_{minor}_{self.architecture}" for minor in range(GLIBC[1], OLDEST_GLIBC - 1, -1)]
        return [*new, *OLD_NAMES[self.architecture]]

    def tags(self) -> list[Tag]:
        """The wheel tags that it takes, the best first."""
        platforms = self.platforms()
        own = cpython_tags(python_version=self.python, abis=[self.abi], platforms=platforms)
        return [*own, *compatible_tags(python_version=self.python, interpreter=self.abi, platforms=platforms)]

    def environment(self) -> dict[str, Any]:
        """What markers such as `sys_platform == 'linux'` are judged by (PEP 508)."""
        return {
            **default_environment(),
            "implementation_name": "cpython",
            "implementation_version": f"{self.version}.0",
            "os_name": "posix",
            "platform_machine": self.architecture,
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": f"{self.version}.0",
            "python_version": self.version,
            "sys_platform": "linux",
        }


MACHINES = tuple(Machine(python, architecture) for architecture in ARCHITECTURES for python in PYTHONS)
