from dataclasses import replace

from stages.report.sections.champion.decision_curve import make_section
from stages.shared.schemas.curves import Band, DecisionCurve
from tests.stages.report.made.factory import Treatment
from tests.stages.report.made.helpers import make_context


def test_without_a_net_benefit_the_section_is_empty():
    assert make_section(make_context()).blocks == []


def test_a_row_has_the_differences_with_their_bands():
    band = Band(difference=[0.02, -0.01], low=[0.01, -0.03], high=[0.03, 0.01])
    context = make_context(Treatment("smote", sampler="SMOTE"))
    curve = DecisionCurve(
        strategy="baseline", classifier="random_forest", thresholds=[0.1, 0.4], net_benefit=[0.04, 0.03],
        against={"treat_all": band, "treat_none": band, "reference": band},
    )  # fmt: skip
    settings = context.leaderboard.settings.model_copy(update={"metric": "net_benefit(0.1)"})
    leaderboard = context.leaderboard.model_copy(update={"settings": settings})
    (table,) = make_section(
        replace(context, leaderboard=leaderboard, decision_curves={"baseline × random_forest": curve})
    ).blocks
    assert [str(head) for head in table.header] == [  # the champion is the reference
        "Threshold probability", "Net benefit", "Against predicting every row positive", "Against predicting none",
    ]  # fmt: skip
    assert [row[0] for row in table.rows] == ["0.1", "0.4"]
    assert [str(row[2]).split()[0] for row in table.rows] == ["better", "cannot"]
