"""Names in the code come from scikit-learn, imbalanced-learn, DVC and statistics, not from a private language."""

import io
from pathlib import Path
import tokenize

ROOT = Path(__file__).parents[2]

#: words that earlier versions used for folds, results, processes and positions
PRIVATE = {
    "Crew", "Last", "Workbench", "bench", "board", "crossed", "door", "gave_up", "judge", "left_out", "mend",
    "standing", "tell", "told",
}  # fmt: skip


def test_no_private_word_names_anything() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{token.start[0]}: {token.string}"
        for folder in ("stages", "tools", "evenhand", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
        for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
        if token.type == tokenize.NAME and token.string in PRIVATE
    }
    assert sorted(found) == []


def test_a_folder_of_the_product_holds_one_idea() -> None:
    """Python packages have at most twelve modules and folders; benchmarks are a flat list of commands."""
    for folder in {path.parent for top in ("stages", "tools", "evenhand") for path in (ROOT / top).rglob("*.py")}:
        entries = [path for path in folder.iterdir() if path.name not in ("__init__.py", "__main__.py", "__pycache__")]
        assert len(entries) <= 12, folder
