"""Checks by other programs: clang-format, clang-tidy, shellcheck, and Python's own compiler."""

import concurrent.futures
import json
import pathlib
import re
import shutil
import subprocess

from . import Skipped, source

_AT_ONCE = 2


def _run(command):
    done = subprocess.run(command, cwd=source.ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return [] if done.returncode == 0 else (done.stdout + done.stderr).strip().splitlines()


def format_is_clang_formats():
    """Every C++ file is formatted by clang-format"""
    return _run(["clang-format", "--dry-run", "-Werror", *source.matching(".cpp", ".hpp")])


def scripts_pass_shellcheck():
    """Every shell script passes shellcheck"""
    if not shutil.which("shellcheck"):
        raise Skipped("it is not installed")
    return _run(["shellcheck", "-x", *source.script_files("bash")])


def python_compiles():
    """Every Python file compiles"""
    problems = []
    for path in source.script_files("python3"):
        try:
            compile(source.text(path), path, "exec")
        except SyntaxError as error:
            problems.append(f"{path}:{error.lineno}: {error.msg}")
    return problems


def _base():
    """The last commit on main, or the commit before this one if that is this one."""
    head = source.git("rev-parse", "HEAD").strip()
    for main in ("origin/main", "main"):
        try:
            base = source.git("merge-base", main, "HEAD").strip()
        except subprocess.CalledProcessError:
            continue  # no such branch here
        return "HEAD~1" if base == head else base
    return "HEAD~1"


def _changed_since_main():
    """Files that differ from the last commit on main, uncommitted ones included; None without a commit before."""
    try:
        return set(source.git("diff", "--name-only", _base()).splitlines())
    except subprocess.CalledProcessError:
        return None


def _to_tidy(compiled, everything):
    """The compiled files to look at: those that changed, and one that includes each header that changed."""
    changed = None if everything else _changed_since_main()
    if changed is None or changed & {".clang-tidy"}:
        return compiled
    chosen = {path for path in compiled if path in changed}
    for header in (path for path in changed if path.endswith(".hpp")):
        users = [path for path in compiled if any(ours and name == header for ours, name, _ in source.includes(path))]
        if users and not chosen.intersection(users):
            own = header.removesuffix(".hpp") + ".cpp"
            chosen.add(own if own in users else users[0])
    return sorted(chosen)


def _tidy(build, path):
    done = subprocess.run(["clang-tidy", "-p", build, "--quiet", "--extra-arg=-Wno-unknown-warning-option", path],
                          cwd=source.ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    findings = [line for line in done.stdout.splitlines() if re.search(r": (warning|error): ", line)]
    return findings or ([done.stderr.strip()] if done.returncode else [])


def tidy_checks(build, everything):
    commands = json.loads((source.ROOT / build / "compile_commands.json").read_text())
    compiled = {str((pathlib.Path(entry["directory"]) / entry["file"]).resolve().relative_to(source.ROOT))
                for entry in commands}
    files = _to_tidy(sorted(compiled.intersection(source.tracked())), everything)

    def all_are_tidy():
        with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
            findings = pool.map(lambda path: _tidy(build, path), files)
            return sorted({line for lines in findings for line in lines})

    yield f"clang-tidy finds nothing in {'all' if everything else 'the changed'} {len(files)} files", all_are_tidy


def checks(build, everything):
    for check in (format_is_clang_formats, python_compiles, scripts_pass_shellcheck):
        yield check.__doc__, check
    yield from tidy_checks(build, everything)
