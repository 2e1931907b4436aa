from pathlib import Path
import re

import pytest

from stages.report.rendering.charts import theme

STYLE = (Path(theme.__file__).parents[1] / "templates/style.css").read_text()
PAPERS = re.findall(r"--paper: (#[0-9a-f]{6});", STYLE)
MEANINGS = {
    "negative": theme.NEGATIVE, "positive": theme.POSITIVE, "added": theme.ADDED, "train": theme.TRAIN,
    "validation": theme.VALIDATION,
}  # fmt: skip


def luminance(colour):
    def channel(value):
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (channel(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("colour", [*theme.COLOURS, theme.NEGATIVE, theme.POSITIVE])
def test_lines_can_be_seen_on_light_and_on_dark(colour):
    assert len(PAPERS) == 2
    assert min(contrast(colour, paper) for paper in PAPERS) >= 3


def test_legends_have_the_colours_of_the_charts():
    for place, colour in enumerate(theme.COLOURS):
        assert re.search(rf"\.s{place} line {{ stroke: {colour};", STYLE)
        assert re.search(rf'\.d{place} \+ span::before {{ content: "."; color: {colour}; }}', STYLE)
    for name, colour in MEANINGS.items():
        assert re.search(rf"\.{name} line {{ stroke: {colour};", STYLE)
    assert len(set(theme.COLOURS)) == len(theme.DASHES) == 8
