"""The steps of a strategy in the section on the data flow."""

from dataclasses import replace

from stages.report.rendering.blocks import Details, Table
from stages.report.sections.data_flow import make_section
from tests.stages.report.made.factory import Treatment
from tests.stages.report.made.helpers import make_context


def test_the_sampler_tells_once_why_it_ran_in_place_of_another() -> None:
    context = make_context(Treatment("smote", sampler="SMOTETomek"))
    trace = context.traces["smote"]
    cleaned = trace.flow[-1].model_copy(update={"note": "TomekLinks: -14 rows"})
    changed = trace.model_copy(
        update={
            "sampler": trace.sampler.model_copy(update={"ran": "SMOTENC + TomekLinks", "why": "2 columns"}),
            "flow": [*trace.flow, cleaned],
        }
    )
    blocks = make_section(replace(context, traces={**context.traces, "smote": changed})).blocks
    (table,) = next(block for block in blocks if isinstance(block, Details) and "step" in block.summary).blocks
    assert isinstance(table, Table)
    notes = [row[-1] for row in table.rows if row[:2] == ["smote", "resampled"]]
    assert notes == ["1500 synthetic rows (2 columns)", "TomekLinks: -14 rows"]
