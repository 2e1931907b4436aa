"""Published data sets, read as their publishers describe them."""

from pathlib import Path

import pytest

from stages.prepare.columns.roles import select_columns
from stages.prepare.params import PrepareParams
from stages.prepare.prepare import prepare
from stages.prepare.readers.table import read_columns
from tests.prepare.tables import params_of

ROOT = Path(__file__).parents[2]
DATASETS = ROOT.parent / "shared" / "datasets"


def facts(path: Path, **params: object) -> tuple[int, int, int, int, int]:
    settings = PrepareParams.model_validate(params_of(str(path), **params))
    result = prepare(read_columns(path, select_columns(settings)), settings)
    contract = result.table.contract
    return contract.rows, len(contract.features), len(contract.categorical), result.missing, contract.positives


def test_pima_with_zeros_for_missing() -> None:
    missing_values = {name: [0] for name in ("glucose", "blood_pressure", "skin_thickness", "insulin", "bmi")}
    found = facts(ROOT / "data/raw/pima.csv", target="diabetes", positive="pos", missing=missing_values)
    assert found == (768, 8, 0, 5 + 35 + 227 + 374 + 11, 268)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("abalone_19/abalone_19.csv", (4177, 8, 1, 0, 32)),
        ("adult/adult.csv.gz", (48842, 14, 8, 6465, 11687)),
        ("bank_campaign/bank_campaign.csv.gz", (41188, 62, 0, 0, 4640)),
        ("cover/cover.csv.gz", (286048, 10, 0, 0, 2747)),
        ("german/german.csv", (1000, 20, 13, 0, 300)),
        ("haberman/haberman.csv", (306, 3, 0, 0, 81)),
        ("mammography/mammography.csv", (11183, 6, 0, 0, 260)),
        ("oil_spill/oil_spill.csv", (937, 49, 0, 0, 41)),
        ("page_blocks0/page_blocks0.csv", (5472, 10, 0, 0, 559)),
        ("phoneme/phoneme.csv", (5404, 5, 0, 0, 1586)),
        ("satimage/satimage.csv.gz", (6435, 36, 0, 0, 626)),
        ("wine_quality/wine_quality.csv", (4898, 11, 0, 0, 183)),
        ("yeast4/yeast4.csv", (1484, 8, 0, 0, 51)),
    ],
)
def test_rows_features_categories_missing_cells_and_positives(path: str, expected: tuple[int, ...]) -> None:
    if not (DATASETS / path).is_file():
        pytest.skip(f"the shared data sets are not here ({path})")
    assert facts(DATASETS / path, target="target", positive=1) == expected
