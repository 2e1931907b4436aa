"""The workflows as objects in their own right: what they may do, and that what they run is what tests run."""

from pathlib import Path
import re
import subprocess
import sys

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = {path.name: YAML(typ="safe").load(path.read_text()) for path in sorted(FOLDER.iterdir())}
JOBS = [pytest.param(job, id=f"{name}:{key}") for name, flow in WORKFLOWS.items() for key, job in flow["jobs"].items()]
STEPS = [step for flow in WORKFLOWS.values() for job in flow["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_is_permitted_but_what_a_job_names(name):
    assert WORKFLOWS[name]["permissions"] == {}


@pytest.mark.parametrize("job", JOBS)
def test_a_job_names_its_permissions_and_its_time(job):
    assert job["permissions"]["contents"] == "read"
    assert job["timeout-minutes"] <= 90


def test_where_code_of_a_pull_request_runs_the_token_can_only_read():
    for job in WORKFLOWS["ci.yml"]["jobs"].values():
        assert set(job["permissions"].values()) == {"read"}


def test_only_the_comment_can_be_written_and_no_code_of_a_pull_request_runs_there():
    flow = WORKFLOWS["review-comment.yml"]
    (job,) = flow["jobs"].values()
    assert [key for key, value in job["permissions"].items() if value == "write"] == ["pull-requests"]
    assert list(flow["on"]) == ["workflow_run"]
    assert flow["on"]["workflow_run"]["workflows"] == [WORKFLOWS["ci.yml"]["name"]]
    (checkout,) = (step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@"))
    assert "ref" not in checkout["with"]
    assert "repository" not in checkout["with"]


def test_actions_are_pinned_by_hash_with_their_version_beside():
    lines = [line for path in FOLDER.iterdir() for line in path.read_text().splitlines() if "uses:" in line]
    assert lines
    for line in lines:
        assert re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def test_no_credential_stays_behind():
    for step in STEPS:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_jobs_run_scripts_and_no_expression_reaches_a_shell():
    for step in STEPS:
        if "run" in step:
            command = step["run"].split()[0]
            assert command == "make" or (ROOT / command).stat().st_mode & 0o100, command
            assert "${{" not in step["run"]


def test_zizmor_finds_nothing():
    zizmor = Path(sys.executable).parent / "zizmor"
    done = subprocess.run([zizmor, "--offline", "--quiet", FOLDER], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
