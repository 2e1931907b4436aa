import json
from pathlib import Path
import re

import pytest

from stages.report.champion import artifacts
from stages.shared.storage.files import sha256
from stages.shared.storage.manifest import check_manifest
from tests.stages.report.made.factory import BASELINE, Treatment, contract_json
from tests.stages.report.made.runs import tuning_json
from tests.stages.report.rendering.test_html import Balance

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]

TWO = ("random_forest", "mlp")
SMOTE = Treatment(
    "smote", sampler="SMOTENC", classifiers=TWO, recall_at_half=0.91,
    verdicts={"probabilities": "worse", "decisions_at_half": "better"},
)  # fmt: skip
WEIGHTS = Treatment("class_weight", class_weight="balanced", classifiers=TWO)
ENSEMBLE = Treatment("balanced_ensemble", classifiers=("balanced_random_forest",), verdicts={"ranking": "worse"})
OUTPUTS = (
    "metrics/selected.json", "reports/report.md", "reports/report.html", "models/champion/manifest.json",
    "models/champion/README.md", "models/champion/champion.json", "models/champion/contract.json",
    "models/champion/model.skops",
)  # fmt: skip


def read(root, path):
    return json.loads((root / path).read_text())


def test_selected_json_is_the_file_of_the_strategy_with_its_name(workspace, run_report):
    root = workspace(WEIGHTS, SMOTE)
    run_report()
    selected = read(root, "metrics/selected.json")
    row = read(root, "metrics/strategies/baseline.json")
    assert list(selected.items()) == [("strategy", "baseline"), *row.items()]


def test_the_champion_folder_is_complete(workspace, run_report):
    root = workspace(WEIGHTS, SMOTE, select={"strategy": "smote", "classifier": "mlp"})
    run_report()
    folder = root / "models/champion"
    manifest = check_manifest(folder)
    model = sha256(root / "models/smote/mlp.skops")
    assert (manifest["strategy"], manifest["classifier"], manifest["model"]) == ("smote", "mlp", model)
    assert set(manifest["files"]) == {"model.skops", "champion.json", "contract.json", "README.md"}
    assert (folder / "model.skops").read_bytes() == (root / "models/smote/mlp.skops").read_bytes()
    assert (folder / "contract.json").read_bytes() == (root / "data/contract.json").read_bytes()
    assert read(root, "models/champion/champion.json") == {
        "strategy": "smote", "classifier": "mlp", "threshold": 0.19, "positive": "hypothyroid",
        "negative": "negative", "model": model, "calibration": {"method": "none"}, "prior_shift": 0.0,
    }  # fmt: skip
    assert sorted(path.name for path in (root / "models").iterdir()) == [
        "baseline", "champion", "class_weight", "refit_recipe.json", "smote",
    ]  # fmt: skip


def test_the_card_has_the_facts_of_the_champion(workspace, run_report):
    root = workspace(SMOTE, select={"strategy": "smote"})
    run_report()
    card = " ".join((root / "models/champion/README.md").read_text().split())
    for fact in (
        "the probability that diagnosis is hypothyroid (the positive class; otherwise negative)",
        "Requested sampler: SMOTENC; sampler that ran: SMOTENC",
        "Threshold: 0.190, tuned for f1 on out-of-fold scores of train, never on test.",
        "3,163 rows, 151 positive (4.77 %)",
        "| average precision | 0.850 | 0.740 to 0.920 |",
        "The mean score is 3.500 times the prevalence",
        "finds 30 and misses 10, with 10 false alarms",
        "python -m tools.predict new.csv -o scored.csv",
        "imbalanced-learn is not needed to load it",
        "Against the reference, in ranking on test: it ties with doing nothing, baseline × random_forest (−0.014,",
    ):
        assert fact in card


def test_the_card_names_imbalanced_learn_if_it_is_needed(workspace, run_report):
    root = workspace(ENSEMBLE, select={"strategy": "balanced_ensemble"})
    run_report()
    assert "that library is needed to load it" in (root / "models/champion/README.md").read_text()


def test_the_report_is_complete(workspace, run_report, capsys):
    root = workspace(WEIGHTS, SMOTE, ENSEMBLE, baseline=Treatment("baseline", classifiers=TWO, cv=0.82, recall=0.95))
    run_report()
    assert capsys.readouterr().out.splitlines() == [
        "No treatment of the imbalance ranked better than doing nothing (2 tie, 1 worse).",
        "Champion: baseline × random_forest, average precision 0.850 on test (0.740 to 0.920); it ties with",
        "class_weight and smote.",
        "",
        "Next: python -m tools.predict new.csv -o scored.csv (scores new rows with the champion)",
        "Report: reports/report.html (reports/report.md)",
    ]
    for name in ("report.md", "report.html"):
        text = re.sub(r"</?(span|a|wbr)\b[^>]*>", "", (root / "reports" / name).read_text())
        for fact in (
            "No treatment of the imbalance ranked better than doing nothing (2 tie, 1 worse).",
            "Champion: baseline × random_forest, average precision 0.850 on test (0.740 to 0.920)",
            "It raised recall at 0.5 (from 0.700 to 0.910), which moving the threshold also does (0.950",
            "baseline (champion)",
            "has the best cross-validated average precision on train, among 7 candidates; the test set was not used.",
            "worse +0.0030 (+0.0010 to +0.0050)",
            "tie −0.014 (−0.058 to +0.016)",
            "worse −0.030 (−0.050 to −0.010), against random_forest",  # baseline has no such ensemble
            "1500 synthetic rows",
            "test metrics",
            "2,686",  # rows of a fold after resampling
            "10.700",  # the weight of a positive
            "adasyn: a note.",
            "A tie does not prove that two candidates are equal.",
            "imbalanced-learn",
            "a" * 64,  # the hash of the train table
            "random_state",
        ):
            assert fact in text, (name, fact)
    html = (root / "reports/report.html").read_text()
    charts = 7 + 3 + 2  # operating point, comparison and data; the model; mlps of two strategies
    assert html.count('class="drawing"') == html.count('class="marks"') == charts


def test_the_page_has_captions_scopes_and_described_pictures(workspace, run_report):
    root = workspace(SMOTE)
    run_report()
    html = (root / "reports/report.html").read_text()
    parsed = Balance(html)
    assert parsed.seen.count("caption") == parsed.seen.count("table") > 5
    pictures = re.findall(r'<div class="drawing" role="img" aria-label="([^"]*)">', html)
    assert all(len(words) > 20 for words in pictures)
    body = html[: html.index('id="page-data"')]
    assert all('aria-hidden="true"' in tag or 'class="marks"' in tag for tag in re.findall("<svg[^>]*>", body))
    assert all("scope=" in tag for tag in re.findall(r"<th\b[^>]*>", html))
    names = [value for name, value in parsed.attributes if name == "id"]
    assert len(names) == len(set(names))


def test_sentences_are_short(workspace, run_report):
    root = workspace(WEIGHTS, SMOTE, ENSEMBLE, tuning={"smote": {"random_forest": tuning_json()}})
    run_report()
    html = (root / "reports/report.html").read_text()
    blocks = re.findall(r'<(p|li|caption|figcaption|dd class="note"|dd id=[^>]*)>(.*?)</', html, re.DOTALL)
    texts = [re.sub("<[^>]*>", "", text) for _, text in blocks]
    sentences = [sentence for text in texts for sentence in re.split(r"(?<=[.?:]) ", text)]
    assert len(sentences) > 80
    assert [sentence for sentence in sentences if len(re.findall(r"[A-Za-z]\S*", sentence)) > 25] == []


def test_names_of_the_table_are_escaped_everywhere(workspace, run_report):
    nasty = "<script>|`a`\nb"
    contract = contract_json(positive=nasty, negative="<b>", target="[x](javascript:1)", source="data/raw/<i>.csv")
    root = workspace(SMOTE, contract=contract)
    run_report()
    html = (root / "reports/report.html").read_text()
    parsed = Balance(html)
    assert parsed.seen.count("script") == 3
    assert "i" not in parsed.seen
    assert "<b>" not in re.sub(r"<b>[\d.]+</b>", "", html)  # the counts of the matrices are bold
    for name in ("reports/report.md", "models/champion/README.md"):
        text = (root / name).read_text()
        assert "<script" not in text
        assert "<i>" not in text
        assert r"&lt;script&gt;\|\`a\` b" in text
        assert r"\[x\](javascript:1)" in text


def test_the_same_inputs_give_the_same_bytes(workspace, run_report):
    root = workspace(WEIGHTS, SMOTE)
    run_report()
    first = {name: (root / name).read_bytes() for name in OUTPUTS}
    run_report()  # over what is there
    assert {name: (root / name).read_bytes() for name in OUTPUTS} == first


def test_a_tuned_strategy_has_a_slider(workspace, run_report):
    root = workspace(SMOTE, tuning={"smote": {"random_forest": tuning_json()}})
    run_report()
    assert 'id="ratio-slider"' in (root / "reports/report.html").read_text()
    assert "smote × random_forest at sampling_strategy 0.25." in (root / "reports/report.md").read_text()


def test_a_failure_leaves_the_old_champion(workspace, run_report, monkeypatch):
    root = workspace(SMOTE, baseline=BASELINE)
    run_report()
    before = check_manifest(root / "models/champion")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(artifacts, "write_champion", fail)
    with pytest.raises(OSError, match="disk full"):
        run_report()
    assert check_manifest(root / "models/champion") == before
    assert sorted(path.name for path in (root / "models").iterdir()) == [
        "baseline", "champion", "refit_recipe.json", "smote",
    ]  # fmt: skip


def test_under_tools_repro_it_leaves_the_verdict_to_that(workspace, run_report, capsys, monkeypatch):
    workspace(SMOTE)
    monkeypatch.setenv("EVENHAND_QUIET_REPORT", "1")
    run_report()
    assert capsys.readouterr().out == ""


def test_the_next_command_works_in_the_shell_that_called_make(workspace, run_report, capsys, monkeypatch):
    root = workspace(SMOTE)
    (root / ".venv/bin").mkdir(parents=True)
    (root / ".venv/bin/python").touch()
    for activated, python in ((None, ".venv/bin/python"), (str(root / ".venv"), "python")):
        monkeypatch.delenv("VIRTUAL_ENV", raising=False)
        if activated:
            monkeypatch.setenv("VIRTUAL_ENV", activated)
        run_report()
        assert f"\nNext: {python} -m tools.predict" in capsys.readouterr().out
