"""The calibration page: one HTML file without scripts, with charts as inline SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from sojourn._core.thresholds import CONVERGED_RHAT
from sojourn.evaluation.calibration_summary import (
    Comparison,
    Coverage,
    Result,
    comparisons,
    coverages,
    ranks,
    unconverged,
)

NEEDED = {"jinja2": "jinja2", "altair": "altair", "vl_convert": "vl-convert-python"}
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Calibration</title>
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse; margin: 1em 0; font-variant-numeric: tabular-nums }
th, td { padding: .2em .7em; text-align: right; border-bottom: 1px solid #ddd }
th:first-child, td:first-child { text-align: left } figure { margin: 1em 0 }
svg { max-width: 100%; height: auto }
figcaption, .small { color: #555; font-size: 90% }
</style></head><body>
<h1>Can the intervals be trusted?</h1>
<p>{{ worlds }} simulated worlds{% if own %} and {{ own }} data sets from the model itself{% endif %};
{{ bad }} of all answers did not converge (R̂ above {{ limit }}). Version {{ version }}.</p>
{% for figure in figures %}<figure>{{ figure.svg | safe }}
<figcaption>{{ figure.caption }}</figcaption></figure>
{% endfor %}
{% for table in tables %}<h2>{{ table.title }}</h2><p class="small">{{ table.note }}</p>
<table><tr>{% for name in table.head %}<th scope="col">{{ name }}</th>{% endfor %}</tr>
{% for row in table.rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table>
{% endfor %}</body></html>
"""


def missing() -> list[str]:
    """Names of the packages that the page needs and that are not installed."""
    return [package for module, package in NEEDED.items() if find_spec(module) is None]


def render_page(
    results: Sequence[Result],
    coverage: Sequence[Coverage],
    compared: Sequence[Comparison],
    by_group: Mapping[str, Mapping[str, Sequence[float]]],
) -> str:
    """Render the page as HTML, with ranks `by_group` and outcome; requires the packages in `NEEDED`."""
    from jinja2 import Environment

    own = sum(result["trial"]["kind"] == "itself" for result in results)
    figures = [
        {
            "svg": coverage_svg(coverage),
            "caption": "Share of intervals that contain the truth, by nominal level. "
            "The diagonal is perfect calibration; bars are 95 % intervals of the share.",
        },
        *(
            {
                "svg": ranks_svg(found),
                "caption": f"Ranks of the truth among the draws, {group}; uniform if calibrated.",
            }
            for group, found in by_group.items()
        ),
    ]
    return (
        Environment(autoescape=True)
        .from_string(PAGE)
        .render(
            worlds=len(results) - own,
            own=own,
            bad=unconverged(results),
            limit=CONVERGED_RHAT,
            version=results[0]["version"] if results else "",
            figures=figures,
            tables=[coverage_table(coverage), comparison_table(compared)],
        )
    )


def coverage_table(coverage: Sequence[Coverage]) -> dict[str, Any]:
    """Table of coverage at every level, with one row per group and outcome."""
    levels = list(dict.fromkeys(row.level for row in coverage))
    rows: dict[tuple[str, str], list[str]] = {}
    for row in coverage:
        cells = rows.setdefault(
            (row.group, row.outcome), [f"{row.group}: {row.outcome.replace('_', ' ')}", str(row.trials)]
        )
        cells.append(f"{row.share:.0%} ({row.low:.0%} to {row.high:.0%})")
    return {
        "title": "Coverage",
        "note": "Share of central intervals that contain the truth, with Wilson's 95 % interval. "
        "The outcomes of one world are dependent, so the interval for “all” is too short.",
        "head": ["worlds: outcome", "intervals", *(f"{level:.0%}" for level in levels)],
        "rows": list(rows.values()),
    }


def comparison_table(compared: Sequence[Comparison]) -> dict[str, Any]:
    """Table that compares the answers with the naive ones."""
    return {
        "title": "Comparison with naive answers",
        "note": "Mean log score on the scale log(1 + people); higher is better. A naive answer has a normal "
        "error with sd 0.3 on that scale; under “fitted”, with the sd that suits it best in hindsight.",
        "head": ["worlds: naive answer, outcome", "worlds", "model", "naive", "naive, fitted", "gain ± se",
                 "better", "model error", "naive error", "90 % width"],
        "rows": [
            [
                f"{row.group}: {row.naive_name}, {row.outcome}",
                row.trials,
                f"{row.ours:.2f}",
                f"{row.naive:.2f}",
                f"{row.fitted:.2f}",
                f"{row.gain:.2f} ± {row.gain_se:.2f}",
                f"{row.won}/{row.trials}",
                f"{row.our_error:.2f}",
                f"{row.naive_error:.2f}",
                f"{row.width:.2f}",
            ]
            for row in compared
        ],
    }  # fmt: skip


def coverage_svg(coverage: Sequence[Coverage]) -> str:
    """Chart of observed against nominal coverage, one line per kind of world, all outcomes together."""
    import altair as alt

    rows = [
        {"group": row.group, "promised": row.level, "held": row.share, "low": row.low, "high": row.high}
        for row in coverage
        if row.outcome == "all"
    ]
    scale = alt.Scale(domain=[0.3, 1.0])
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("promised:Q", scale=scale, axis=alt.Axis(format="%"), title="nominal level of the interval"),
        color=alt.Color("group:N", title="worlds", sort=None),
        shape=alt.Shape("group:N", title="worlds", sort=None),
    )
    held = alt.Y("held:Q", scale=scale, axis=alt.Axis(format="%"), title="share that contains the truth")
    diagonal = (
        alt.Chart(alt.Data(values=[{"x": 0.3, "y": 0.3}, {"x": 1.0, "y": 1.0}]))
        .mark_line(color="#999", strokeDash=[4, 4])
        .encode(x="x:Q", y="y:Q")
    )
    chart = (
        diagonal
        + base.mark_rule(opacity=0.5).encode(y="low:Q", y2="high:Q")
        + base.mark_line().encode(y=held)
    )
    chart += base.mark_point(size=70, filled=True).encode(y=held)
    return _svg(chart.properties(width=520, height=360).to_dict())


def ranks_svg(found: Mapping[str, Sequence[float]]) -> str:
    """Histograms of the ranks, side by side."""
    import altair as alt

    rows = [
        {"outcome": name.replace("_", " "), "rank": rank}
        for name, all_ranks in found.items()
        for rank in all_ranks
    ]
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(color="#0072B2")
        .encode(
            x=alt.X("rank:Q", bin=alt.Bin(extent=[0, 1], step=0.1), title="rank of the truth"),
            y=alt.Y("count():Q", title="cases"),
        )
        .properties(width=150, height=120)
        .facet(column=alt.Column("outcome:N", title=None, sort=None))
    )
    return _svg(chart.to_dict())


def _svg(spec: dict[str, Any]) -> str:
    import vl_convert

    return vl_convert.vegalite_to_svg(spec)


def page_of(results: Sequence[Result]) -> str:
    """Render the page from the results of trials."""
    own = [result for result in results if result["trial"]["kind"] == "itself"]
    worlds = [result for result in results if result["trial"]["kind"] != "itself"]
    groups = {"simulated worlds": worlds, "simulated from the model itself": own}
    by_group = {name: ranks(members) for name, members in groups.items() if members}
    return render_page(results, coverages(results), comparisons(results), by_group)
