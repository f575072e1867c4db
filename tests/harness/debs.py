"""Debian packages unpacked into a folder of the build directory: servers that cannot be installed beside the machine's."""

import fcntl
import os
import pathlib
import re
import shutil

from . import collector, process

_LIBRARY = re.compile(r"lib(?!.*-dev$)")


class Unavailable(process.HarnessError):
    """This machine does not let us have that."""


def unpacked(name, packages):
    """The root of a tree with these packages and the libraries they need; made once a build directory."""
    place = pathlib.Path(collector.program()).resolve().parents[1] / "packages" / name
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with open(place.parent / f"{name}.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (place / "complete").exists():
                shutil.rmtree(place, ignore_errors=True)
                place.mkdir()
                _unpack(place, _with_libraries(packages))
                (place / "complete").touch()
    except (process.HarnessError, OSError) as error:
        raise Unavailable(f"the packages of {name} cannot be had: {error}") from error
    return place / "root"


def _with_libraries(packages):
    """The packages themselves, and the libraries that apt would install with them."""
    command = ["apt-get", "--simulate", "--no-install-recommends", "install", *packages]
    try:
        plan = process.run_tool(command)
    except process.HarnessError:
        if os.getuid() != 0:
            raise
        process.run_tool(["apt-get", "update"])  # there may never have been one
        plan = process.run_tool(command)
    return sorted({*packages, *filter(_LIBRARY.match, re.findall(r"^Inst (\S+)", plan, re.MULTILINE))})


def _unpack(place, packages):
    process.run_tool(["apt-get", "download", *packages], cwd=place)
    root = place / "root"
    for archive in place.glob("*.deb"):
        process.run_tool(["dpkg-deb", "--extract", archive, root])
        archive.unlink()
    if (root / "lib").is_dir():  # as /lib is a link to /usr/lib
        shutil.copytree(root / "lib", root / "usr/lib", symlinks=True, dirs_exist_ok=True)
        shutil.rmtree(root / "lib")
