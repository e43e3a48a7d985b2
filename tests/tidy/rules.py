"""Rules of the house that no linter knows. Each is a pure function of a path and a text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

LONGEST_FUNCTION = 70
LONGEST_FILE = 600
LONGEST_FRAGMENT = 500
FEWEST_WORDS = 5
NAMELESS = frozenset({"util", "helper", "manager", "service"})
CLOCKS = frozenset(
    {
        ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
        ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"),
        ("Instant", "now"), ("ZonedDateTime", "now"), ("Date", "today_in_system_tz"),
    }
)  # fmt: skip
CODE = re.compile(r"\bAV\d{3}\b")
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_MARKER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
_MACHINE_PATH = re.compile(r"(?<![\w.$}/-])/(?:work|farm|root|home|Users)" + r"/\w")
_ADDRESS = re.compile(r"(?:https?|file|git\+\w+)://")
_NAMESPACE = "http://www.w3.org/"
_FOREIGN = re.compile(r"""https?://[^\s"')>]+|(?:src|href)=["']//[^"']+|url\(\s*["']?//[^)]+""")
_FRAGMENT_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.(?:added|changed|fixed)\.md")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def long_functions(path: str, text: str) -> list[str]:
    """Functions that no longer fit on a screen."""
    return [
        f"{path}:{node.lineno}: `{node.name}` has {length} lines, {LONGEST_FUNCTION} are allowed"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, Function)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]


def long_file(path: str, text: str) -> list[str]:
    """Files that hold two things."""
    lines = text.count("\n")
    if lines <= LONGEST_FILE:
        return []
    return [f"{path}: {lines} lines, {LONGEST_FILE} are allowed"]


def nameless(path: str, text: str) -> list[str]:
    """Modules, classes and functions whose name says nothing."""
    places = [(0, part) for part in PurePosixPath(path).with_suffix("").parts]
    places += [(node.lineno, node.name) for node in _definitions(ast.parse(text))]
    return [
        f"{path}:{line}: `{name}` names nothing; say what it is"
        for line, name in places
        if NAMELESS & _singular_words(name)
    ]


def _singular_words(name: str) -> set[str]:
    words = {word.lower() for word in _WORD.findall(name)}
    return words | {word.removesuffix("s") for word in words}


def _definitions(tree: ast.AST) -> Iterator[Function | ast.ClassDef]:
    for node in ast.walk(tree):
        if isinstance(node, Function | ast.ClassDef):
            yield node


def prints(path: str, text: str) -> list[str]:
    """Calls of `print`: only the command line speaks to a terminal."""
    return [
        f"{path}:{node.lineno}: only faces/cli may print"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]


def clock_reads(path: str, text: str) -> list[str]:
    """Reads of the clock: time is an argument everywhere but in common/clock.py and the faces."""
    return [
        f"{path}:{node.lineno}: `{'.'.join(call)}` reads the clock; take the time as an argument"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and (call := (_last(node.value), node.attr)) in CLOCKS
    ]


def _last(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def markers(path: str, text: str) -> list[str]:
    """Notes to oneself: what is not done is left out, and said where users read it."""
    return [
        f"{path}:{number}: a note to oneself; do it, or say it in the documentation"
        for number, line in enumerate(text.splitlines(), 1)
        if _MARKER.search(line)
    ]


def machine_paths(path: str, text: str) -> list[str]:
    """Paths that exist on one machine only."""
    return [
        f"{path}:{number}: a path of one machine: {found.group()}…"
        for number, line in enumerate(text.splitlines(), 1)
        if (found := _MACHINE_PATH.search(line))
    ]


def addresses(path: str, text: str) -> list[str]:
    """Addresses in a lock file, which must install from any index."""
    return [
        f"{path}:{number}: a lock holds names and hashes, no address"
        for number, line in enumerate(text.splitlines(), 1)
        if _ADDRESS.search(line) or line.startswith(("-i ", "--index", "--extra-index", "--find"))
    ]


def foreign_assets(path: str, text: str) -> list[str]:
    """Addresses of other hosts in a page, a style sheet or a script."""
    return [
        f"{path}:{number}: a page asks no other host: {found.group()}"
        for number, line in enumerate(text.splitlines(), 1)
        for found in _FOREIGN.finditer(line)
        if not found.group().startswith(_NAMESPACE)
    ]


def undocumented(path: str, text: str) -> list[str]:
    """Public functions and classes of a module without a docstring."""
    return [
        f"{path}:{node.lineno}: `{node.name}` is public and says nothing about itself"
        for node in ast.parse(text).body
        if isinstance(node, Function | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]


def filled_init(path: str, text: str) -> list[str]:
    """An `__init__.py` that is not empty: re-exports make cycles."""
    return [f"{path}: must be empty"] if text else []


def malformed_fragment(path: str, text: str) -> list[str]:
    """A changelog fragment with a wrong name, or which is no short sentence for users."""
    wrong = []
    if not _FRAGMENT_NAME.fullmatch(PurePosixPath(path).name):
        wrong.append(f"{path}: the name is <slug>.<added|changed|fixed>.md")
    if not text.strip().endswith("."):
        wrong.append(f"{path}: one or two sentences, ending in a period")
    if len(text) > LONGEST_FRAGMENT or text.lstrip().startswith(("#", "-", "*")):
        wrong.append(f"{path}: one or two plain sentences, not a list or a heading")
    return wrong


def raised_codes(text: str) -> frozenset[str]:
    """Finding codes that a module gives: string literals that are a code and nothing else."""
    return frozenset(
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CODE.fullmatch(node.value)
    )


def documented_codes(text: str) -> frozenset[str]:
    """Finding codes with a `## AV214` heading and a paragraph under it."""
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    return frozenset(
        heading.strip()
        for heading, _, body in (section.partition("\n") for section in sections)
        if CODE.fullmatch(heading.strip()) and len(body.split()) >= FEWEST_WORDS
    )


def imports(module: str, text: str) -> frozenset[str]:
    """Modules that a module imports, or names in full in a string to load it later."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                found.update(alias.name for alias in names)
            case ast.ImportFrom(module=str(source), names=names):
                found.add(source)
                found.update(f"{source}.{alias.name}" for alias in names)
            case ast.Constant(value=str(value)) if value.startswith("avow."):
                found.add(value.partition(":")[0])
            case _:
                pass
    return frozenset(found - {module})


def dead_modules(sources: dict[str, str], entries: frozenset[str]) -> list[str]:
    """Modules that nobody imports and that are no entry point. `sources` maps name to text."""
    alive = {name for module, text in sources.items() for name in imports(module, text)} | entries
    return sorted(f"{name}: nobody imports it" for name in sources if name not in alive)
