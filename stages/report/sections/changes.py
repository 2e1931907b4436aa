"""The section on what changed and on what the leak audit found: known to a tool, not to the stage."""

from dataclasses import dataclass

from stages.report.rendering.blocks import Block, Command, Paragraph, Section


@dataclass(frozen=True)
class Extra:
    """What the stage cannot know, because it depends on git and on other commands; blocks for two sections.

    The page of `dvc repro` is a function of its dependencies alone. `python -m tools.review_page` renders the same
    page with these filled.
    """

    changes: list[Block]
    audit: list[Block]


def changed(extra: Extra | None) -> Section:
    """Params, data and metrics against another revision, or how to see them."""
    how: list[Block] = [
        Paragraph(
            "This page is made from the artefacts of one run, so it cannot know of another. To compare with the branch "
            "main, with intervals and a verdict; to get this page with the changes since the last commit filled in:"
        ),
        Command("python -m tools.compare main"),
        Command("python -m tools.review_page"),
    ]
    return Section("changes", "What changed", extra.changes if extra else how)


def audited(extra: Extra | None) -> Section:
    """The findings of the leak audit, or how to get them."""
    how: list[Block] = [
        Paragraph(
            "The audit looks for leaks in the data and in this run, and measures what the usual mistakes would have "
            "claimed here. It is a command of its own, which writes reports/audit.md:"
        ),
        Command("python -m tools.audit"),
    ]
    return Section("audit", "Leak audit", extra.audit if extra else how)
