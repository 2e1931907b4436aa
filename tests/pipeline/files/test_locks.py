"""The locks and the list of dependencies: complete, pinned, without an address."""

import ast
from pathlib import Path
import re
import sys
import tomllib

import pytest

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-setup.lock"]

#: the name under which a distribution is imported, where it is another
IMPORTED_AS = {
    "vl-convert-python": "vl_convert",
    "scikit-learn": "sklearn",
    "imbalanced-learn": "imblearn",
    "xgboost-cpu": "xgboost",
    "ruamel.yaml": "ruamel",
    "markdown-it-py": "markdown_it",
    "pytest-xdist": "xdist",
    "import-linter": "importlinter",
    "autogluon.tabular": "autogluon",
}


def pins(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", (ROOT / name).read_text(), re.MULTILINE):
        found.setdefault(package, set()).add(version)
    return found


def declared(requirements: list[str]) -> set[str]:
    names = {re.match(r"[A-Za-z0-9._-]+", requirement).group() for requirement in requirements}
    return {IMPORTED_AS.get(name, name).replace("-", "_") for name in names}


def third_party(folders: list[str]) -> set[str]:
    found = set()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"stages", "tools", "tests", "benchmarks", "evenhand"}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_versions_and_hashes_and_no_address(name):
    text = (ROOT / name).read_text()
    assert pins(name)
    assert not re.search(r"https?://|--(extra-)?index|--find-links|file:", text)
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text)[1:]:
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


@pytest.mark.parametrize("name", LOCKS)
def test_every_python_gets_the_same_versions(name):
    """One set of versions, else another Python would give other numbers under the same hash of the lock."""
    assert {package: versions for package, versions in pins(name).items() if len(versions) > 1} == {}
    assert not re.search(r"^[A-Za-z0-9._-]+==.*python_full_version", (ROOT / name).read_text(), re.MULTILINE)


def test_xgboost_has_one_version_under_both_names():
    assert pins("requirements.lock")["xgboost"] == pins("requirements.lock")["xgboost-cpu"]


def test_the_development_lock_holds_the_runtime_lock():
    runtime, development = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: development.get(name) for name in runtime} == runtime


def test_every_import_of_the_product_is_declared():
    dependencies = declared(PROJECT["project"]["dependencies"])
    extras = declared([line for extra in PROJECT["project"]["optional-dependencies"].values() for line in extra])
    assert third_party(["stages", "tools", "evenhand"]) - dependencies == extras  # each extra is used


def test_every_import_of_tests_and_benchmarks_is_declared():
    known = declared(PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"])
    # what a benchmark compares with runs in an environment of its own, with a list of its own
    lines = (ROOT / "benchmarks/suites/peers-requirements.txt").read_text().splitlines()
    peers = declared([line for line in lines if not line.startswith("#")])
    assert third_party(["tests", "benchmarks"]) - known - peers == set()
    assert {"flaml", "autogluon"} <= peers


def test_every_declared_dependency_of_the_product_is_used():
    """xgboost and xgboost-cpu are one."""
    assert declared(PROJECT["project"]["dependencies"]) - third_party(["stages", "tools", "evenhand"]) == set()
