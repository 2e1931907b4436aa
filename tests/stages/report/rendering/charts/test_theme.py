from pathlib import Path
import re

import pytest

from stages.report.rendering.charts import theme

STYLE = (Path(theme.__file__).parents[1] / "templates/style.css").read_text()
BACKGROUNDS = re.findall(r"--paper: (#[0-9a-f]{6});", STYLE)
MEANINGS = {
    "negative": theme.NEGATIVE, "positive": theme.POSITIVE, "added": theme.ADDED, "train": theme.TRAIN,
    "validation": theme.VALIDATION,
}  # fmt: skip


def luminance(color):
    def channel(value):
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (channel(int(color[index : index + 2], 16) / 255) for index in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first, second):
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("color", [*theme.COLORS, theme.NEGATIVE, theme.POSITIVE])
def test_lines_contrast_with_light_and_dark(color):
    assert len(BACKGROUNDS) == 2
    assert min(contrast(color, background) for background in BACKGROUNDS) >= 3


def test_legends_have_the_colors_of_the_charts():
    for index, color in enumerate(theme.COLORS):
        assert re.search(rf"\.s{index} line {{ stroke: {color};", STYLE)
        assert re.search(
            rf'\.d{index} \+ span::before {{ content: "."; }} \.c{index} \+ span::before {{ color: {color}; }}', STYLE
        )
    for name, color in MEANINGS.items():
        assert re.search(rf"\.{name} line {{ stroke: {color};", STYLE)
    assert len(set(theme.COLORS)) == len(theme.DASHES) == 9
