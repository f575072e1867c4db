"""Who may include what: the data flows one way, and each library stays in its layer."""

import fnmatch
import re

from . import source

# Library → its headers, and the files that may include them.
_LIBRARIES = {
    "mimetic": (r"mimetic/", ("mime/*.cpp",)),
    "libpsl": (r"libpsl\.h", ("mime/*.cpp",)),
    "zlib": (r"zlib\.h", ("parser/*.cpp",)),
    "libdeflate": (r"libdeflate\.h", ("parser/*.cpp",)),
    "libzip": (r"zip(conf)?\.h", ("parser/*.cpp",)),
    "RapidJSON": (r"rapidjson/", ("parser/*.cpp",)),
    "libidn2": (r"idn2\.h", ("parser/*.cpp",)),
    "libunistring": (r"uni(case|conv|name|norm|str|type|width)\.h", ("parser/*.cpp",)),
    "libpqxx": (r"pqxx/", ("db/*.cpp", "db/*.hpp")),
    "yaml-cpp": (r"yaml-cpp/", ("collector/config*.cpp",)),
    "libcurl": (r"curl/", ("collector/imap/*.cpp", "collector/imap/*.hpp")),
    "libssl": (r"openssl/ssl\.h", ("collector/imap/*.cpp",)),
    "CLI11": (r"CLI/", ("collector/main.cpp", "collector/command_line*.cpp", "collector/commands/*.cpp")),
    "spdlog": (r"spdlog/", ("collector/log*.cpp",)),
}

# Top-level folder (or collector/imap) → the folders that it may include, itself aside.
_FLOW = {
    "parser": (),
    "mime": ("parser",),
    "db": ("parser", "mime"),
    "collector/imap": (),
}

# Values and text helpers that depend on nothing else of the collector.
_SHARED_WITH_IMAP = ("collector/edit_distance.hpp", "collector/escape.hpp", "collector/secret.hpp",
                     "collector/utf8.hpp")


def library_checks():
    for library, (headers, allowed) in _LIBRARIES.items():
        yield f"{library} is included by {', '.join(allowed)} alone", lambda h=headers, a=allowed: [
            f"{where}: <{header}>" for path in source.program_sources()
            if not any(fnmatch.fnmatch(path, pattern) for pattern in a)
            for ours, header, where in source.includes(path) if not ours and re.match(h, header)]


def flow_checks():
    for folder, others in _FLOW.items():
        after = f" and {' and '.join(others)}" if others else " alone"
        yield f"{folder} includes headers of {folder}{after}", lambda f=folder, o=others: _against_the_flow(f, o)


def _against_the_flow(folder, others):
    allowed = tuple(f"{name}/" for name in (folder, *others))
    extra = _SHARED_WITH_IMAP if folder == "collector/imap" else ()
    return [f'{where}: "{header}"' for path in source.program_sources() if path.startswith(f"{folder}/")
            for ours, header, where in source.includes(path)
            if ours and not header.startswith(allowed) and header not in extra]


def what_imap_borrows_stands_alone():
    """What collector/imap borrows from collector includes nothing of the project"""
    return [f'{where}: "{header}"' for path in _SHARED_WITH_IMAP if path in source.tracked()
            for ours, header, where in source.includes(path) if ours]


def imap_headers_stay_in_the_collector():
    """Headers of collector/ are included inside collector/ alone"""
    return [f'{where}: "{header}"' for path in source.program_sources() if not path.startswith("collector/")
            for ours, header, where in source.includes(path) if ours and header.startswith("collector/")]


def libraries_stay_out_of_headers_that_other_folders_include():
    """No header that another folder includes includes libpqxx or libcurl"""
    exposed = set()
    for path in source.program_sources():
        exposed |= {header for ours, header, _ in source.includes(path)
                    if ours and _folder(header) != _folder(path) and header in source.tracked()}
    problems = []
    while exposed:
        header = exposed.pop()
        for ours, included, where in source.includes(header):
            if ours and included in source.tracked() and _folder(included) == _folder(header):
                exposed.add(included)
            elif re.match(r"pqxx/|curl/", included):
                problems.append(f"{where}: <{included}>")
    return problems


def _folder(path):
    return "collector/imap" if path.startswith("collector/imap/") else path.partition("/")[0]


def includes_name_the_path_from_the_root():
    """Every #include of ours names an existing file by its path from the root"""
    return [f'{where}: "{header}"' for path in source.program_sources()
            for ours, header, where in source.includes(path)
            if ours and header not in source.tracked() and not (source.ROOT / header).is_file()
            and not header.startswith("migrations/")]  # made by the build


def checks():
    yield from library_checks()
    yield from flow_checks()
    for check in (what_imap_borrows_stands_alone, imap_headers_stay_in_the_collector,
                  libraries_stay_out_of_headers_that_other_folders_include, includes_name_the_path_from_the_root):
        yield check.__doc__, check
