"""The files of the project, and what they include."""

import functools
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
_INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


@functools.cache
def tracked():
    """Paths of all files under version control, relative to the root."""
    return [path for path in git("ls-files", "-z").split("\0") if path and (ROOT / path).is_file()]


def matching(*suffixes):
    return [path for path in tracked() if path.endswith(suffixes)]


@functools.cache
def text(path):
    """The file's text; None if it is not UTF-8 (a fixture of bytes)."""
    try:
        return (ROOT / path).read_bytes().decode()
    except UnicodeDecodeError:
        return None


def line_of(path, position):
    return f"{path}:{text(path).count(chr(10), 0, position) + 1}"


def includes(path):
    """(is ours, what, where) of each #include."""
    return [(match[1] == '"', match[2], line_of(path, match.start())) for match in _INCLUDE.finditer(text(path))]


def program_sources():
    """C++ files of the program, without its tests."""
    return [path for path in matching(".cpp", ".hpp") if not path.startswith("tests/")]


def script_files(interpreter):
    """Files whose first line names that interpreter, or whose name says it."""
    suffix = {"bash": ".sh", "python3": ".py"}[interpreter]
    return [path for path in tracked() if path.endswith(suffix)
            or ((text(path) or "").startswith("#!") and text(path).splitlines()[0].endswith(interpreter))]
