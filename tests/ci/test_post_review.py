"""The script that posts the review, against a `gh` that answers from a file and writes down what it was asked."""

from collections.abc import Callable
import io
import json
import os
from pathlib import Path
import subprocess
import sys
from typing import Any
import zipfile

import pytest

from tools.compare.rendering.markdown import MARKER

SCRIPT = Path(__file__).parents[2] / ".ci" / "post-review"
SHA = "ab" * 20

#: answers `gh api` by the first known part of the address, and keeps what it was given
FAKE = """#!{python}
import json, pathlib, sys
room = pathlib.Path({room!r})
address = next(part for part in sys.argv[1:] if part.startswith("repos/"))
writes = "PATCH" in sys.argv or "POST" in sys.argv
asked = {{"arguments": sys.argv[1:], "given": sys.stdin.read() if writes else ""}}
with (room / "asked.jsonl").open("a") as log:
    print(json.dumps(asked), file=log)
if address.endswith("/zip"):
    sys.stdout.buffer.write((room / "artefact.zip").read_bytes())
elif not writes:
    answers = json.loads((room / "answers.json").read_text())
    print(json.dumps(next(answer for part, answer in answers.items() if part in address)))
"""

Post = Callable[..., subprocess.CompletedProcess[str]]


def pull(number: int = 7, sha: str = SHA, repository: str | None = "stranger/fork") -> dict[str, Any]:
    return {"number": number, "head": {"sha": sha, "repo": {"full_name": repository} if repository else None}}


def written(body: str, login: str = "github-actions[bot]", number: int = 5) -> dict[str, Any]:
    return {"id": number, "body": body, "user": {"login": login}}


def packed(text: str | bytes = "### Better", name: str = "review.md") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return stream.getvalue()


@pytest.fixture
def post(tmp_path: Path) -> Post:
    """A function that runs the script with the given answers of GitHub."""
    gh = tmp_path / "gh"
    gh.write_text(FAKE.format(python=sys.executable, room=str(tmp_path)))
    gh.chmod(0o755)

    def run(
        artefact: bytes = packed(),
        pulls: list[dict] | None = None,
        comments: list[dict] | None = None,
        artefacts: list[dict] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        (tmp_path / "artefact.zip").write_bytes(artefact)
        listed = [{"id": 3, "name": "review", "expired": False, "size_in_bytes": len(artefact)}]
        answers = {
            "/pulls": [pull()] if pulls is None else pulls,
            "/comments": [[], comments or []],  # pages
            "/artifacts": {"artifacts": listed if artefacts is None else artefacts},
        }
        (tmp_path / "answers.json").write_text(json.dumps(answers))
        event = {
            "REPOSITORY": "owner/name", "RUN_ID": "11", "HEAD_REPOSITORY": "stranger/fork",
            "HEAD_BRANCH": "feature/x&state=all", "HEAD_SHA": SHA,
        }  # fmt: skip
        path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            [sys.executable, str(SCRIPT)], env={"PATH": path, **event}, capture_output=True, text=True, check=False
        )

    return run


def asked(tmp_path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (tmp_path / "asked.jsonl").read_text().splitlines()]


def writes(tmp_path: Path) -> list[tuple[str, str, str]]:
    """(method, address, body) of what was written to GitHub."""
    found = [item for item in asked(tmp_path) if item["given"]]
    return [(item["arguments"][2], item["arguments"][3], json.loads(item["given"])["body"]) for item in found]


def test_the_first_review_is_a_new_comment(post: Post, tmp_path: Path) -> None:
    done = post(packed(f"{MARKER}\n### Better\n\n| a | b |\n"))
    assert (done.returncode, done.stdout) == (0, "wrote the comment on pull request 7\n")
    ((method, address, body),) = writes(tmp_path)
    assert (method, address) == ("POST", "repos/owner/name/issues/7/comments")
    assert body.startswith(
        f"{MARKER}\n<sub>CI of {SHA[:12]}, run with the pull request's own code:</sub>\n\n### Better"
    )
    assert body.count(MARKER) == 1


def test_the_next_one_updates_it_and_no_one_elses(post: Post, tmp_path: Path) -> None:
    comments = [
        written(f"{MARKER} mine", "stranger", 1),
        written("other", number=2),
        written(f"said: {MARKER}", number=3),
        written(f"{MARKER}\nold", number=4),
    ]
    done = post(comments=comments)
    assert done.stdout == "updated the comment on pull request 7\n"
    assert [found[:2] for found in writes(tmp_path)] == [("PATCH", "repos/owner/name/issues/comments/4")]


def test_the_pull_request_is_found_by_the_event_alone(post: Post, tmp_path: Path) -> None:
    """The branch is a field of its own, so that no name of a branch can widen what is asked for."""
    post(packed("pull request 9, owner/other"))
    first = asked(tmp_path)[0]["arguments"]
    assert first[:4] == ["api", "-X", "GET", "repos/owner/name/pulls"]
    assert "head=stranger:feature/x&state=all" in first
    assert writes(tmp_path)[0][1] == "repos/owner/name/issues/7/comments"


@pytest.mark.parametrize(
    "pulls",
    [[], [pull(sha="cd" * 20)], [pull(repository="owner/name")], [pull(repository=None)], [pull(7), pull(8)]],
    ids=["none", "the head has moved on", "of another repository", "the fork is gone", "two"],
)
def test_without_exactly_one_pull_request_nothing_is_posted(post: Post, tmp_path: Path, pulls: list[dict]) -> None:
    done = post(pulls=pulls)
    assert done.returncode == 0
    assert done.stdout.startswith("not posted: ")
    assert writes(tmp_path) == []


@pytest.mark.parametrize(
    ("artefact", "why"),
    [
        (packed("x" * 64_001), "is too long"),
        (packed("x" * 50_000_000), "is too long"),  # small as long as it is packed
        (packed(b"\xff\xfe"), "holds no review.md that is text"),
        (packed(name="other.md"), "holds no review.md that is text"),
        (b"no archive", "holds no review.md that is text"),
        (packed(os.urandom(1_000_001)), "is too large"),
    ],
    ids=["long", "bomb", "no text", "no file", "no archive", "large"],
)
def test_what_is_no_text_of_bounded_size_is_not_posted(post: Post, tmp_path: Path, artefact: bytes, why: str) -> None:
    done = post(artefact)
    assert (done.returncode, done.stderr) == (0, "")
    assert why in done.stdout
    assert writes(tmp_path) == []


@pytest.mark.parametrize(
    "artefacts",
    [[], [{"id": 3, "name": "review", "expired": True, "size_in_bytes": 9}], [{"id": 3, "name": "other"}]],
)
def test_without_an_artefact_nothing_is_posted(post: Post, tmp_path: Path, artefacts: list[dict]) -> None:
    assert post(artefacts=artefacts).stdout.startswith("not posted: run 11 left 0 artefacts called review")
    assert writes(tmp_path) == []


def test_the_text_notifies_nobody_and_hides_nothing(post: Post, tmp_path: Path) -> None:
    post(packed(f"@everyone \x1b[31m {MARKER} <!-- hidden"))
    ((_, _, body),) = writes(tmp_path)
    assert "@everyone" not in body
    assert "\x1b" not in body
    assert body.index("run with the pull request's own code") < body.index("<!-- hidden")
