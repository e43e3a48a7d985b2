"""All rules of the check over one declaration: every finding, open or settled by whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from avow.common.findings import Finding, Kind
from avow.declaration.check import (
    affiliate_without_role,
    after_death_untold,
    age_unknowable,
    aim_on_two_bases,
    answer_without_terms,
    assessment_void,
    author_approves,
    authority_untold,
    backup_adds,
    category_without_purpose,
    category_without_rule,
    clause_bound_to_nothing,
    clause_without_text,
    contract_of_the_company,
    contradicting_periods,
    data_of_others,
    datamap_addresses,
    datamap_copies,
    datamap_derived,
    datamap_events,
    datamap_inside,
    datamap_links,
    datamap_never,
    datamap_owners,
    dated_adequacy,
    dated_authority,
    dated_parent,
    dated_period,
    dated_preset,
    dated_product,
    dated_seat,
    dated_stale,
    decision_widens,
    dpv_term,
    interest_not_weighed,
    known_fact_told,
    known_facts_guessed,
    limit_without_law,
    marketing_objection,
    marketing_without_term,
    minimum_beyond_maximum,
    minimum_from_another_day,
    more_than_needed,
    no_archive,
    nobody_signs,
    offers_of_others,
    officer_approves,
    overlapping_bases,
    point_without_items,
    processor_by_its_own,
    processor_sphere_untold,
    profile_denied,
    purpose_without_end,
    recipient_untold,
    recording_unannounced,
    request_with_form,
    required_not_said,
    retained_after_purpose,
    right_untold,
    rule_without_start,
    same_job_twice,
    scope_without_cells,
    text_balancing_inverted,
    text_complaint_after,
    text_consent_of_controller,
    text_consent_presumed,
    text_crime_and_intent,
    text_denied_recipients,
    text_false_friend,
    text_open_ended,
    text_placeholder,
    text_residue,
    text_strictly_confidential,
    text_two_statistics,
    text_vague_telling,
    text_vocabulary,
    text_withdrawal_harder,
    text_without_version,
    transfer_without_tool,
    unused_ids,
    wider_than_law,
)
from avow.declaration.check.decisions import UNSIGNED, Reference, check_decisions
from avow.declaration.check.found import Check, Found, names
from avow.declaration.check.review_past import reviews_past
from avow.declaration.check.rule import Rule
from avow.declaration.check.together import GRAVITY, all_in_one, joined, referring
from avow.declaration.check.universe import Universe, universe_of
from avow.declaration.interpretation import effective, in_force
from avow.declaration.model import Accept, Decision, Declaration, InForce

RULES: tuple[Check | Rule, ...] = (
    scope_without_cells.check,
    datamap_links.check,
    datamap_copies.check,
    datamap_derived.check,
    datamap_owners.check,
    datamap_events.check,
    datamap_inside.check,
    datamap_never.RULE,
    datamap_addresses.check,
    author_approves.RULE,
    officer_approves.RULE,
    nobody_signs.RULE,
    decision_widens.RULE,
    contradicting_periods.RULE,
    rule_without_start.RULE,
    category_without_rule.RULE,
    purpose_without_end.RULE,
    overlapping_bases.RULE,
    category_without_purpose.RULE,
    minimum_beyond_maximum.RULE,
    retained_after_purpose.RULE,
    transfer_without_tool.RULE,
    required_not_said.RULE,
    point_without_items.RULE,
    right_untold.RULE,
    marketing_objection.RULE,
    affiliate_without_role.RULE,
    authority_untold.RULE,
    after_death_untold.RULE,
    data_of_others.RULE,
    request_with_form.RULE,
    answer_without_terms.RULE,
    processor_sphere_untold.RULE,
    aim_on_two_bases.RULE,
    offers_of_others.RULE,
    recording_unannounced.RULE,
    contract_of_the_company.RULE,
    more_than_needed.RULE,
    profile_denied.RULE,
    age_unknowable.RULE,
    processor_by_its_own.RULE,
    recipient_untold.RULE,
    same_job_twice.RULE,
    marketing_without_term.RULE,
    minimum_from_another_day.RULE,
    no_archive.RULE,
    backup_adds.RULE,
    limit_without_law.RULE,
    wider_than_law.RULE,
    text_balancing_inverted.RULE,
    text_placeholder.RULE,
    text_false_friend.RULE,
    text_residue.RULE,
    text_without_version.RULE,
    text_vague_telling.RULE,
    text_vocabulary.RULE,
    text_open_ended.RULE,
    text_complaint_after.RULE,
    text_consent_of_controller.RULE,
    text_crime_and_intent.RULE,
    text_strictly_confidential.RULE,
    text_two_statistics.RULE,
    text_withdrawal_harder.RULE,
    text_denied_recipients.RULE,
    text_consent_presumed.RULE,
    dated_seat.RULE,
    dated_parent.RULE,
    dated_product.RULE,
    dated_adequacy.RULE,
    dated_period.RULE,
    dated_preset.RULE,
    dated_authority.RULE,
    dated_stale.RULE,
    clause_without_text.RULE,
    clause_bound_to_nothing.RULE,
    unused_ids.RULE,
    interest_not_weighed.RULE,
    assessment_void.RULE,
    dpv_term.RULE,
    known_fact_told.RULE,
    known_facts_guessed.RULE,
)


def check(declaration: Declaration, day: date) -> tuple[Finding, ...]:
    """Every finding about a declaration on `day`: errors first, then defects by gravity.

    A defect that is printed and that signed decisions have removed, or accepted for a time, is
    not left out: it says by which decision it is settled.
    """
    universe = replace(universe_of(declaration), day=day)
    law, of_signatures = in_force(declaration, day)
    printed, _ = in_force(declaration, day, signed=False)
    signed = effective(declaration, day)
    in_print = _found(declaration, printed, universe)
    now = _found(declaration, law, universe) if signed else in_print
    found = [
        *_now(now.values(), signed, day),
        *_settled(in_print, now, signed),
        *check_decisions(declaration, universe, day, in_print.keys(), now.keys()),
        *reviews_past(declaration, day),
    ]
    findings = [*_told(found), *of_signatures]
    return tuple(sorted(findings, key=_order))


def _told(found: Sequence[Found]) -> Iterable[Finding]:
    """What people are told: what one decision would end is one finding."""
    rules = [rule for rule in RULES if isinstance(rule, Rule)]
    grouping = {rule.code: (rule.together, rule.headline) for rule in rules}
    grouping[UNSIGNED] = (all_in_one, "{n} decisions are not signed and have no effect")
    by_code: dict[str, list[Found]] = {}
    for one in found:
        by_code.setdefault(one.finding.code, []).append(one)
    for code, several in by_code.items():
        together, headline = grouping.get(code, (None, ""))
        if together is None:
            yield from (referring(one) for one in several)
        else:
            several.sort(key=lambda one: one.finding.place)
            whole = len(several)
            yield from (joined(group, headline, whole) for group in together(several))


def _found(
    declaration: Declaration, law: InForce, universe: Universe
) -> dict[Reference, list[Found]]:
    by_reference: dict[Reference, list[Found]] = {}
    for rule in RULES:
        for found in rule(declaration, law, universe):
            by_reference.setdefault(found.reference, []).append(found)
    return by_reference


def _now(now: Iterable[list[Found]], signed: tuple[Decision, ...], day: date) -> Iterable[Found]:
    """What is found in force: open, or accepted by a decision until a day that is not past."""
    for group in now:
        by = next((d.id for d in signed if _accepts(d, group[0].reference, day)), None)
        for found in group:
            settled = by if found.finding.kind is Kind.DEFECT else None
            yield replace(found, finding=replace(found.finding, settled_by=settled))


def _accepts(decision: Decision, reference: Reference, day: date) -> bool:
    return any(isinstance(e, Accept) and day <= e.until for e in decision.effects) and any(
        names(said, reference) for said in decision.settles
    )


def _settled(
    in_print: Mapping[Reference, list[Found]],
    now: Mapping[Reference, list[Found]],
    signed: tuple[Decision, ...],
) -> Iterable[Found]:
    """What is printed and no longer there, with the decision that names it; where none does, all
    decisions together have removed it."""
    for reference, group in in_print.items():
        if reference in now:
            continue
        naming = [d.id for d in signed if any(names(s, reference) for s in d.settles)]
        by = ", ".join(naming) or "the interpretation"
        for found in group:
            yield replace(found, finding=replace(found.finding, settled_by=by))


def _order(finding: Finding) -> tuple[object, ...]:
    is_defect = finding.kind is Kind.DEFECT
    return (is_defect, not finding.is_open, GRAVITY[finding.severity], finding.code, finding.place)
