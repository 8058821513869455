"""Stays from data frames of several libraries are those of tuples, and bad cells are named."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from sojourn import stay_rules
from sojourn.stay_rules import StayError, read_stays

ROWS = {
    "entry": [date(2023, 2, 1), date(2023, 5, 1)],
    "exit": [date(2023, 3, 1), None],
    "permit": ["", None],
}
STAYS = [("2023-02-01", "2023-03-01"), ("2023-05-01", None)]


def as_days() -> pd.DataFrame:
    """As pandas keeps days: time stamps at midnight, and NaT."""
    frame = pd.DataFrame(ROWS)
    return frame.assign(entry=pd.to_datetime(frame["entry"]), exit=pd.to_datetime(frame["exit"]))


@pytest.mark.parametrize(
    "frame", [as_days(), pd.DataFrame(ROWS), pa.table(ROWS)], ids=["days", "dates", "arrow"]
)
def test_a_frame_is_read_as_its_rows(frame: Any) -> None:
    on = date(2023, 5, 9)
    assert read_stays(frame, on) == read_stays(STAYS, on)
    found = stay_rules.assess("KZ.visa_free.EAEU", frame, on=on, nationality="RU")
    assert found == stay_rules.assess("KZ.visa_free.EAEU", STAYS, on=on, nationality="RU")


def test_a_time_of_day_in_a_frame_is_refused() -> None:
    frame = pd.DataFrame({"entry": [datetime(2023, 2, 1, 23, 30)], "exit": [datetime(2023, 3, 1)]})
    with pytest.raises(StayError, match=r"stay 1, entry: .* has a time of day"):
        read_stays(frame)


def test_another_column_of_a_frame_is_refused() -> None:
    with pytest.raises(StayError, match="it has entry, exit, person"):
        read_stays(pa.table({"entry": ["2023-02-01"], "exit": ["2023-02-02"], "person": [1]}))
