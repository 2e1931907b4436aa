"""Published data sets, read as their publishers describe them, and the settings that tools.inspect proposes."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from stages.prepare.columns.parsing import MissingValues
from stages.prepare.columns.roles import select_columns
from stages.prepare.columns.type_inference import TypeRules
from stages.prepare.params import AUTO, PrepareParams
from stages.prepare.prepare import prepare
from stages.prepare.read_facts import get_read_facts
from stages.prepare.readers.table import has_schema, read_columns
from stages.synthesize.generate import make_csv
from stages.synthesize.params import SyntheticParams
from tests.stages.prepare.tables import params_of
from tools.inspect.columns import profile_column
from tools.inspect.proposal import propose

ROOT = Path(__file__).parents[3]
DATASETS = ROOT.parent / "shared" / "datasets"

#: rows, features, categorical features, missing cells and positives
EXPECTED = {
    "abalone_19/abalone_19.csv": (4177, 8, 1, 0, 32),
    "adult/adult.csv.gz": (48842, 14, 8, 6465, 11687),
    "bank_campaign/bank_campaign.csv.gz": (41188, 62, 0, 0, 4640),
    "cover/cover.csv.gz": (286048, 10, 0, 0, 2747),
    "german/german.csv": (1000, 20, 13, 0, 300),
    "haberman/haberman.csv": (306, 3, 0, 0, 81),
    "mammography/mammography.csv": (11183, 6, 0, 0, 260),
    "oil_spill/oil_spill.csv": (937, 49, 0, 0, 41),
    "page_blocks0/page_blocks0.csv": (5472, 10, 0, 0, 559),
    "phoneme/phoneme.csv": (5404, 5, 0, 0, 1586),
    "pima/pima.csv": (768, 8, 0, 0, 268),
    "satimage/satimage.csv.gz": (6435, 36, 0, 0, 626),
    "wine_quality/wine_quality.csv": (4898, 11, 0, 0, 183),
    "yeast4/yeast4.csv": (1484, 8, 0, 0, 51),
}


def facts(path: Path, **params: object) -> tuple[int, int, int, int, int]:
    settings = PrepareParams.model_validate(params_of(str(path), **params))
    result = prepare(read_columns(path, select_columns(settings)), settings)
    contract = result.table.contract
    return contract.rows, len(contract.features), len(contract.categorical), result.missing, contract.positives


def test_pima_with_zeros_for_missing() -> None:
    missing_values = {name: [0] for name in ("glucose", "blood_pressure", "skin_thickness", "insulin", "bmi")}
    found = facts(ROOT / "data/raw/pima.csv", target="diabetes", positive="pos", missing=missing_values)
    assert found == (768, 8, 0, 5 + 35 + 227 + 374 + 11, 268)


@pytest.fixture(params=EXPECTED)
def name(request: pytest.FixtureRequest) -> str:
    """A shared data set; where they are not beside the checkout, the test is skipped."""
    if not (DATASETS / request.param).is_file():
        pytest.skip(f"the shared data sets are not here ({request.param})")
    return str(request.param)


def test_rows_features_categories_missing_cells_and_positives(name: str) -> None:
    assert facts(DATASETS / name, target="target", positive=1) == EXPECTED[name]


def check_proposal(path: Path, target: str, positive: object) -> None:
    """Only path, target and label differ from params.yaml."""
    raw = read_columns(path, lambda names: {name: MissingValues.of({}, name) for name in names})
    rules = TypeRules(None, [], AUTO, {}, has_schema(raw), get_read_facts(raw))
    columns = [profile_column(str(path), name, raw.column(name), rules) for name in raw.column_names]
    proposal = propose(str(path), columns)
    usual = YAML(typ="safe").load(ROOT / "params.yaml")
    usual["data"] |= {"path": str(path), "target": target, "positive": positive}
    for section, settings in (("data", proposal.data), ("split", proposal.split)):
        assert {key: setting.value for key, setting in settings.items()}.items() <= usual[section].items()


def test_the_proposal_for_a_published_data_set(name: str) -> None:
    check_proposal(DATASETS / name, "target", 1)


@pytest.mark.parametrize(
    ("table", "target", "positive"), [("hypothyroid", "diagnosis", "hypothyroid"), ("pima", "diabetes", "pos")]
)
def test_the_proposal_for_a_shipped_table(table: str, target: str, positive: str) -> None:
    check_proposal(ROOT / f"data/raw/{table}.csv", target, positive)


def test_the_proposal_for_the_synthetic_table(tmp_path: Path) -> None:
    params = SyntheticParams.model_validate(YAML(typ="safe").load(ROOT / "params.yaml")["synthetic"])
    (tmp_path / "synthetic.csv").write_text(make_csv(params))
    check_proposal(tmp_path / "synthetic.csv", "target", 1)
