import io
import zipfile

import pytest

from stages.report.champion.artifacts import needs_imblearn


@pytest.mark.parametrize(("module", "expected"), [("imblearn.ensemble._forest", True), ("sklearn.ensemble", False)])
def test_a_model_needs_imbalanced_learn_if_it_contains_its_classes(module, expected):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("schema.json", f'{{"__module__":"{module}"}}')
    with zipfile.ZipFile(buffer) as archive:
        assert needs_imblearn(archive) is expected
