"""Plans on one page that stands alone: to be sent, printed and signed; it asks nothing of anybody.

No script and no request: the style is inside. It holds places, counts and statements, and no value
of a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from avow.common.findings import Finding
from avow.engine.planner.bundle_end import RowsLying
from avow.engine.planner.making import Made
from avow.engine.planner.plan import Plan
from avow.faces.web.render import STYLE, environment


@dataclass(frozen=True, slots=True)
class Sheet:
    """A plan with what the guard says of it, and what lies in bundles of its system."""

    made: Made
    lying: tuple[RowsLying, ...] = ()

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.made.plan

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Why it is refused."""
        return self.made.findings

    @property
    def level(self) -> str:
        """What avow may do for its rules."""
        return str(self.made.level)

    @property
    def status(self) -> str:
        """Where it stands; a preview stands nowhere."""
        return str(self.made.status) if self.made.status else "preview"

    @property
    def lock_ms(self) -> int:
        """The longest lock of a batch, in milliseconds; 0 where nothing is locked."""
        return max((step.measure.lock_ms for _, step in self.plan.steps), default=0)

    @property
    def others(self) -> int:
        """Rows that other persons own or see too."""
        return sum(step.measure.others for _, step in self.plan.steps)

    @property
    def gaps(self) -> tuple[str, ...]:
        """What could not be known, in words."""
        return tuple(gap for part in self.plan.parts for gap in part.gaps)


def plan_sheet(sheets: Sequence[Sheet], house: str, at: datetime) -> str:
    """The page of these plans, in English as the command line is. `at` is the instant they were
    made, in the controller's zone."""
    style = Markup(STYLE.decode())  # noqa: S704 (our own file)
    template = environment("en").get_template("files/plan_sheet.html")
    return template.render(plans=sheets, house=house, at=at, style=style)
