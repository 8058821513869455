"""The template of a new case: small, complete, commented, and without findings."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from sojourn._core.errors import Problem
from sojourn._core.files import write_atomically
from sojourn.case.case import Case
from sojourn.case.errors import CaseError
from sojourn.case.read import parse_case

CASE = """\
# The question, the places and what happened. Every key is explained in docs/reference/case.md.
# Dates are written without quotes; a prior is { median, factor } for a number of people,
# { low, high } for a share (90 % between them), { mean, sd } for a contrast on the log scale.

question = "Of the people who came to Hostland after the shock of March 2022, how many stayed?"
origin = "OR"
host = "HO"
wave = "shock"               # the event that people came with; leave it out to ask about all
start = 2022-01-01           # first day of the calendar
asof = 2022-12-31            # the day that the question is about
claims_until = 2022-12-31    # figures published later are kept, and not used

[places.OR]
name = "Originland"

[places.HO]
name = "Hostland"
residents = { median = 20_000, factor = 1.5, why = "census of 2021" }

[places.TH]
name = "Thirdland"

[places.elsewhere]
name = "anywhere else"

[visitors.HO]                # everybody else who crosses: tourists, drivers, families
level = { median = 5_000, factor = 1.5, why = "260,000 entries in the year before" }

[[events]]
id = "shock"
date = 2022-03-01
arrivals = { HO = { median = 50_000, factor = 2.5, why = "between the two figures first heard" } }

[[regimes]]
id = "HO-90"
place = "HO"
start = 2022-01-01
kind = "entry"               # 90 days per entry, reset by leaving and coming back
cap = 90

# Without an anchor, nothing says how far all the figures may be off together.
[[anchors]]
source = "ho_border"
kind = "crossings"
sd = 0.05
why = "counted at passport control; the other side's counts differ by a few per cent"
"""

SOURCES = """\
source,name,role,interest,note
ho_border,Border Service of Hostland,counts crossings at passport control,host_official,
ho_labour,Labour Ministry of Hostland,spoke to the press,host_official,
resident_a,Resident A,came in March 2022,interviewee,pseudonym; never a real name
"""

CLAIMS = """\
claim,source,published,value,high,hedge,unit,quote,url,via,copy_of,status,note
IN,ho_border,2022-07-04,212000,,about,persons,"about 212,000 people have arrived since March",,,,use,
OUT,ho_border,2022-07-04,151000,,reported,persons,"151,000 left again",,,,use,
HERE,ho_labour,2022-09,40000,,almost,persons,"almost 40,000 remain with us",,,,use,
HERE-2,ho_labour,2022-10,40000,,reported,persons,"40,000 remain",,,HERE,copy,repeats HERE without its hedge
BACK,ho_labour,2022-12-20,30,40,range,percent,"between 30 and 40 per cent have gone home",,,,use,
"""

READINGS = """\
claim,reading,weight,measure,place,counterpart,who,wave,start,end,per,of_measure,of_place,of_who,\
of_wave,of_start,of_end,scheme,why
IN,crossings,0.9,entries,HO,,all,,2022-03-01,2022-06-30,total,,,,,,,,the service counts crossings
IN,persons,0.1,people,HO,,all,,2022-03-01,2022-06-30,total,,,,,,,,he said people
OUT,crossings,0.9,exits,HO,,all,,2022-03-01,2022-06-30,total,,,,,,,,the service counts crossings
OUT,left,0.1,departures,HO,,displaced,shock,2022-03-01,2022-06-30,total,,,,,,,,he may have meant for good
HERE,displaced,0.7,present,HO,,displaced,,,2022-09-15,total,,,,,,,,she spoke of those who fled
HERE,all,0.3,present,HO,,all,,,2022-09-15,total,,,,,,,,or of everybody with that passport
BACK,of-arrived,1,returned,HO,,displaced,shock,,2022-12-20,total,arrivals,HO,displaced,shock,2022-03-01,2022-12-20,,
"""

CONTACTS = """\
group,respondent,stratum,kind,place,asof,size,size_hedge,stayed,moved_on,returned,unknown,source,wave,note
friends,resident_a,,friends,HO,2022-12-01,12,about,some,half,2,,resident_a,shock,
"""

README = """\
# Background

What happened, who counted what, which figures are contested, and how readings were chosen.

    sojourn check .       what is wrong, and what is worth a second look
    sojourn estimate .    the answer
"""

TEMPLATE = {
    "case.toml": CASE,
    "sources.csv": SOURCES,
    "claims.csv": CLAIMS,
    "readings.csv": READINGS,
    "contacts.csv": CONTACTS,
    "README.md": README,
}


def new_case(folder: str | PathLike[str], like: Case | None = None) -> Path:
    """Write the template case, or a copy of another case, into a new or empty folder.

    Args:
        folder: the folder; it is created if it does not exist.
        like: a case to copy instead of the template.

    Returns:
        The path of the folder.

    Raises:
        CaseError: the folder is not empty, is a file, or cannot be written; nothing was written.

    Example:
        >>> from tempfile import mkdtemp
        >>> sorted(item.name for item in new_case(mkdtemp()).iterdir())[:2]
        ['README.md', 'case.toml']
    """
    target = Path(folder)
    files = dict(like.files) if like else {name: text.encode() for name, text in TEMPLATE.items()}
    parse_case(files, target.resolve().name)
    try:
        if target.exists() and not target.is_dir():
            raise CaseError([Problem(str(folder), "is a file; choose a new folder")])
        if target.is_dir() and any(target.iterdir()):
            raise CaseError([Problem(str(folder), "is not empty; choose a new folder")])
        for name, data in files.items():
            write_atomically(target / name, data)
    except OSError as error:
        raise CaseError([Problem(str(folder), f"cannot be written: {error.strerror}")]) from None
    return target
