"""The figures as one page: each beside its floor and its target, as bars a person can compare."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bench.figure import Better, Figure

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #5d6673; --paper: #fcfcfa;
  --bar: #2f6f8f; --floor: #c3ccd4; --good: #1f7a4d; --bad: #b3401f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaec; --soft: #9aa4ae; --paper: #15181b;
  --bar: #69b2d6; --floor: #4b545d; --good: #5cc48e; --bad: #ef8a63; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  margin: 2.5rem auto; max-width: 62rem; padding: 0 1.25rem; }
h1 { font-size: 1.7rem; margin: 0 0 .25rem; } p, small { color: var(--soft); }
table { border-collapse: collapse; width: 100%; margin-top: 1.5rem; }
th, td { text-align: left; padding: .55rem .75rem .55rem 0; vertical-align: top;
  border-top: 1px solid color-mix(in srgb, var(--soft) 30%, transparent); }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.met { color: var(--good); } .missed { color: var(--bad); font-weight: 600; }
svg { display: block; } .value { fill: var(--bar); } .floor { fill: var(--floor); }
.target { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 3 3; }
"""


def written(figures: Sequence[Figure], scale: str) -> str:
    """The page as HTML, complete in itself."""
    missed = sum(f.met is False for f in figures)
    promised = sum(f.met is not None for f in figures)
    rows = "\n".join(_row(each) for each in figures)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>avow: figures</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>
<body><h1>Figures, scale {escape(scale)}</h1>
<p>{promised - missed} of {promised} targets are met. A dark bar is avow, a pale one the best of the
variants written by hand for the same work in the same run, a dashed line the target.</p>
<table><thead><tr><th>What</th><th>avow beside its floor</th><th>Value</th><th>Ratio</th>
<th>Target</th></tr></thead><tbody>
{rows}
</tbody></table></body></html>
"""


def _row(figure: Figure) -> str:
    word, css = {True: ("met", "met"), False: ("missed", "missed"), None: ("", "")}[figure.met]
    ratio = f"{figure.ratio:.2f} ×" if figure.ratio is not None else ""
    return (
        f"<tr><td>{escape(figure.name)}<br><small>{escape(figure.note)}</small></td>"
        f"<td>{_bars(figure)}</td>"
        f'<td class="n">{_number(figure.value)} {escape(figure.unit)}</td>'
        f'<td class="n">{ratio}</td>'
        f'<td class="n">{_target(figure)} <span class="{css}">{word}</span></td></tr>'
    )


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    sign = "≤" if figure.better is Better.LOWER else "≥"
    unit = " ×" if figure.floor is not None else f" {escape(figure.unit)}"
    return f"{sign} {_number(figure.target)}{unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _bars(figure: Figure) -> str:
    """Two bars on one measure, and the target as a line; nothing to compare, nothing drawn."""
    limit = figure.target
    if limit is not None and figure.floor is not None:
        limit *= figure.floor
    most = max(figure.value, figure.floor or 0.0, limit or 0.0) or 1.0
    bars = [("value", figure.value, 2)]
    if figure.floor is not None:
        bars.append(("floor", figure.floor, 16))
    drawn = "".join(
        f'<rect class="{css}" x="0" y="{y}" width="{300 * v / most:.1f}" height="10" rx="2"/>'
        for css, v, y in bars
    )
    if limit is not None:
        x = 300 * limit / most
        drawn += f'<line class="target" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="28"/>'
    label = f"{_number(figure.value)} beside {_number(figure.floor or 0)} {figure.unit}"
    return (
        f'<svg width="304" height="28" viewBox="0 0 304 28" role="img" '
        f'aria-label="{escape(label)}">{drawn}</svg>'
    )
