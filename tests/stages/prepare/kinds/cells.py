"""Kinds of numbers, dates, categories and targets that people bring, by the names that docs/tables.md gives them."""
# ruff: noqa: E501  # a table of tables

import datetime

import pyarrow as pa

from tests.stages.prepare.kinds.kinds import (
    AGE,
    DAYS,
    MORE,
    NOTES,
    TWICE,
    Kind,
    numbers,
    repeat,
    table,
    target,
    text,
    typed,
)
from tests.stages.prepare.tables import GOOD, ROWS, csv, parquet, read

NUMBERS = {
    "decimal commas": numbers("1,5", "22,75", values=[1.5, 22.75], separator=";"),
    "decimal commas within quotes": numbers("1,5", "22,75", values=[1.5, 22.75]),
    "1.234,5": numbers("1.234,5", "7", values=[1234.5, 7.0], separator=";"),
    "1 234,5": numbers("1 234,5", "7", values=[1234.5, 7.0], separator=";"),
    "1,234.5": numbers("1,234.5", "7.25", values=[1234.5, 7.25]),
    "1'234.5": numbers("1'234.5", "7", values=[1234.5, 7.0]),
    "1,234,567": numbers("1,234,567", "7", values=[1234567.0, 7.0]),
    "non-breaking spaces between thousands": numbers("1\u00a0234", "2\u202f500", values=[1234.0, 2500.0]),
    "a minus that is U+2212": numbers("−3", "4", values=[-3.0, 4.0]),
    "full-width digits": numbers("１２", "３.５", values=[12.0, 3.5]),
    "1,234 and 2,500 alone": table("1,234", "2,500"),
    "1,234 where data.read has thousands \",\"": numbers("1,234", "2,500", values=[1234.0, 2500.0], read=read(thousands=",")),
    "1,234 where data.read has thousands none": numbers("1,234", "2,500", values=[1.234, 2.5], read=read(thousands="none")),
    "1,234 where data.read has decimal \",\"": numbers("1,234", "2,500", values=[1.234, 2.5], read=read(decimal=",")),
    "1.234 beside a column of decimal commas": Kind(
        text({**GOOD, "x": repeat("1.234", "12.500"), "y": repeat("1,5", "2,25")}, ";")
    ),
    "1.234 in a table of semicolons": table("1.234", "12.500", separator=";"),
    "1.234 where data.read has thousands \".\"": numbers("1.234", "12.500", values=[1234.0, 12500.0], separator=";", read=read(thousands=".")),
    "1.234 in a table of commas": numbers("1.234", "12.500", values=[1.234, 12.5]),
    "1.5 where data.read has decimal \",\"": table("1.5", "2.25", read=read(decimal=",")),
    "one mark for decimals and thousands": table("1", read=read(decimal=",", thousands=",")),
    "1,5 and 1.5 in one column": table("1,5", "1.5"),
    "13.6%": numbers("13.6%", "5 %", values=[13.6, 5.0]),
    "$6,500": numbers("$6,500", "$800", values=[6500.0, 800.0]),
    "€ 12": numbers("€ 12", "€ 15,50", values=[12.0, 15.5]),
    "€ 1.234": table("€ 1.234", "€ 2.500"),
    "-$5": numbers("-$5", "$7", values=[-5.0, 7.0]),
    "12 kg": numbers("12 kg", "3.5 kg", values=[12.0, 3.5]),
    "12kg": numbers("12kg", "3kg", values=[12.0, 3.0]),
    "36 months, listed in data.categorical": Kind(
        table("36 months", "60 months").content, params={"categorical": ["colour", "x"]}, values={"x": ["36 months"]}
    ),
    "12 kg and 30 lb": table("12 kg", "30 lb"),
    "12 kg and 12": table("12 kg", "12"),
    "$5 and €5": table("$5", "€5"),
    "<10.6": table("<10.6", "12", "13.5"),
    "3a, 4b": Kind(table("3a", "4b").content, values={"x": ["3a", "4b"]}),
    "-7,5 and (7,5)": table("-7,5", "(7,5)"),
    "5/10": Kind(table("5/10", "6/10").content, values={"x": ["5/10", "6/10"]}),
    "exponents": numbers("1e3", "2.5E-1", values=[1000.0, 0.25]),
    "spaces around numbers": numbers(" 3 ", "4", values=[3.0, 4.0]),
    "infinity": table("inf", *map(str, range(1, 20))),
    "1e400": table("1e400", *map(str, range(1, 20))),
    "whole numbers beyond 2^53": table("9007199254740993", *map(str, range(1, 20))),
    "postal codes with leading zeros": Kind(table("00501", "0501", "90210").content, values={"x": ["00501", "0501", "90210"]}),
    "few whole numbers": Kind(text({**MORE, "x": repeat("1", "2", "3", rows=TWICE)}), values={"x": [1.0, 2.0]}),
    "a running number": Kind(text({**MORE, "x": [str(row) for row in range(TWICE)]})),
    "one number": table("7"),
    "an empty column": table(""),
    "empty cells": numbers("1", "", "2", values=[1.0, None, 2.0]),
    "marks of data.missing": numbers("1", "-9", "-9.0", "2", values=[1.0, None, None, 2.0], missing={"x": [-9]}),
    "a mark of data.missing that no cell holds": table("1", "2", missing={"x": [-9]}),
    "a mark for every column that no cell holds": table("1", "2", missing={"*": ["n/a"]}),
    **{
        f"the word {word!r} in a column of numbers": table(word, *map(str, range(1, 20)))
        for word in ("unknown", "N/A", "-", "?", "none", ".", " NA ", "nan")
    },
}  # fmt: skip

TYPES = {
    "ISO dates": Kind(table(*DAYS).content, values={"x_month": [1.0, 2.0], "x_weekday": [0.0, 4.0], "x_days": [19723.0, 19755.0]}),
    "2024-03": Kind(table("2024-03", "2023-12").content, values={"x_year": [2024.0, 2023.0], "x_month": [3.0, 12.0]}),
    "times with UTC": Kind(table("2024-03-01 08:30 UTC", "2024-03-02 09:00 UTC").content, values={"x_hour": [8.0, 9.0]}),
    "times with offsets": Kind(table("2024-03-01T08:30+02:00", "2024-03-02T09:00:00+02:00").content, values={"x_hour": [6.0, 7.0]}),
    "offsets in some times only": table("2024-03-01T08:30+02:00", "2024-03-02T09:00:00"),
    "ISO dates with empty cells": Kind(table("2024-03-01", "", "2023-03-01").content, values={"x_year": [2024.0, None, 2023.0]}),
    "ISO dates and a mark of data.missing": Kind(
        table("2024-03-01", "never", "2023-03-01").content, params={"missing": {"x": ["never"]}}, values={"x_year": [2024.0, None, 2023.0]}
    ),
    "ISO dates and a word": table(*DAYS[:19], "soon"),
    "one date": table("2024-03-01"),
    "31.12.2024": table("31.12.2024", "01.02.2024"),
    "12/31/2024": table("12/31/2024", "01/02/2024"),
    "01/02/2024": table("01/02/2024", "03/04/2024"),
    "2024/12/31": table("2024/12/31", "2024/01/02"),
    "31 Dec 2024": table("31 Dec 2024", "01 Feb 2024"),
    "31.12.2024 with its form in data.dates": Kind(
        table("31.12.2024", "01.02.2023").content, params={"dates": {"x": "%d.%m.%Y"}}, values={"x_year": [2024.0, 2023.0], "x_month": [12.0, 2.0]}
    ),
    "dates of another form than data.dates has": table("31.12.2024", "2024-12-31", dates={"x": "%d.%m.%Y"}),
    "a form of dates that is none": table("31.12.2024", dates={"x": "dd.mm.yyyy"}),
    "20241231": Kind(text({**MORE, "x": repeat("20241231", "20240102", rows=TWICE)})),
    "20241231 with its form in data.dates": Kind(
        table("20241231", "20230102").content, params={"dates": {"x": "%Y%m%d"}}, values={"x_year": [2024.0, 2023.0]}
    ),
    "dates listed in data.categorical": Kind(table(*DAYS).content, params={"categorical": ["colour", "x"]}, values={"x": DAYS[:2]}),
    "dates that are dropped": Kind(table(*DAYS).content, params={"drop": ["x"]}, values=AGE),
    "a part of a date that is called as a column": Kind(text({**GOOD, "x": DAYS, "x_days": GOOD["age"]})),
    "dates to split by": Kind(text({**GOOD, "x": DAYS}), params={"time": "x"}, values=AGE),
    "national dates to split by": Kind(
        text({**GOOD, "x": repeat("31.12.2024", "01.02.2023")}), params={"time": "x", "dates": {"x": "%d.%m.%Y"}},
        values={"x": [datetime.datetime(2024, 12, 31), datetime.datetime(2023, 2, 1)]},
    ),
    "true and false": Kind(table("true", "false").content, values={"x": ["true", "false"]}),
    "yes and no": Kind(table("yes", "no").content, values={"x": ["yes", "no"]}),
    "TRUE and true": Kind(table("TRUE", "true", "false").content, values={"x": ["TRUE", "true"]}),
    "yes, Y, no": Kind(table("yes", "y", "no").content, values={"x": ["yes", "y"]}),
    "a word for missing among categories": Kind(table("red", "unknown", "green").content, values={"x": ["red", "unknown"]}),
    "categories that differ in spaces": Kind(table("red", "red ", "green").content, values={"x": ["red", "red "]}),
    "one category": table("red"),
    "many categories": Kind(text({**MORE, "x": [f"level {row % 60}" for row in range(TWICE)]})),
    "texts that name rows": Kind(text({**MORE, "x": [f"p{row}" for row in range(TWICE)]})),
    "text that data.categorical does not list": table("red", categorical=["colour"]),
    "free text": Kind(text({**MORE, "x": NOTES})),
    "free text in data.text": Kind(text({**MORE, "x": NOTES}), params={"text": ["x"]}, values={"x": NOTES[:3]}),
    "free text in data.text and data.categorical": table(*NOTES, text=["x"], categorical=["x"]),
    "free text with gaps in data.text": Kind(
        table("", "he came", "none", "he left").content, params={"text": ["x"], "missing": {"x": ["none"]}}, values={"x": [None, "he came", None]}
    ),
    "many categories in data.text": Kind(
        text({**MORE, "x": [f"level {row % 60}" for row in range(TWICE)]}), params={"text": ["x"]}, values={"x": ["level 0"]}
    ),
    "one text in data.text": table("he came", text=["x"]),
    "no text in data.text": table("", text=["x"]),
    "numbers, dates and codes in data.text": Kind(table("007", "1,5", "2024-01-01").content, params={"text": ["x"]}, values={"x": ["007", "1,5"]}),
    "numbers of a typed file in data.text": typed([float(row) for row in range(ROWS)], text=["x"]),
    "dictionary texts in data.text": Kind(
        parquet(x=pa.array(NOTES[:ROWS]).dictionary_encode()), params={"text": ["x"]}, values={"x": NOTES[:2]}
    ),
    "data.text with a form of dates": table("31.12.2024", text=["x"], dates={"x": "%d.%m.%Y"}),
    "data.text without such a column": Kind(csv(), params={"text": ["y"]}),
    "a stray word among numbers": table("abc", *map(str, range(1, 20))),
}  # fmt: skip

TARGETS = {
    "two labels": target("yes", "no", positive="yes", values=[1, 0]),
    "labels 1 and 0": target("1", "0", positive=1, values=[1, 0]),
    "three labels and one positive": target("fraud", "chargeback", "fine", positive="fraud", values=[]),
    "three labels and a list of positives": target("fraud", "chargeback", "fine", "fine", positive=["fraud", "chargeback"], values=[1, 1, 0, 0]),
    "a list that names every label": target("yes", "no", positive=["yes", "no"], values=[]),
    "a list with a label that is not there": target("fraud", "fine", positive=["fraud", "theft"], values=[]),
    "a cut >= 7": target("7", "6.9", "8", "1", positive=">= 7", values=[1, 0, 1, 0]),
    "a cut > 7": target("7", "6.9", "8", "9", positive="> 7", values=[0, 0, 1, 1]),
    "a cut < 3": target("3", "2", "8", "9", positive="< 3", values=[0, 1, 0, 0]),
    "a cut <= 3": target("3", "2", "8", "9", positive="<= 3", values=[1, 1, 0, 0]),
    "a cut through labels": target("yes", "no", positive=">= 7", values=[]),
    "a label that looks like a cut": target(">50", "<=50", positive=">50", values=[1, 0]),
    "numbers without a cut": Kind(csv(sick=GOOD["age"], age=None), params={"positive": 20}),
    "labels in two cases": target("yes", "Yes", "no", positive="yes", values=[]),
    "labels with spaces": target("yes", "yes ", "no", positive="yes", values=[]),
    "an empty label": target("yes", "", "no", positive="yes", values=[]),
    "the frequent label as the positive one": Kind(csv(), params={"positive": "no"}, values={"sick": [0]}),
    "fewer than ten positives": Kind(csv(sick=["yes"] * 9 + ["no"] * 31)),
    "a boolean target": Kind(parquet(sick=repeat(True, False)), params={"positive": True}, values={"sick": [1, 0]}),
}  # fmt: skip
