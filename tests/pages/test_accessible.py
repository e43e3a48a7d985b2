"""What can be checked of WCAG 2.2 AA without a browser, on every page in every language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import pytest

from tests.pages.document import Node, read

Pages = dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def documents(pages: Pages) -> dict[tuple[str, str], Node]:
    return {name: read(html) for name, html in pages.items()}


def ids_of(page: Node) -> Counter[str]:
    return Counter(node.attributes["id"] for node in page.having("id"))


def language(page: Node) -> Iterable[str]:
    if not page.all("html")[0].attributes.get("lang"):
        yield "3.1.1 the page names no language"


def title(page: Node) -> Iterable[str]:
    if not any(title.text for title in page.all("title")):
        yield "2.4.2 the page has no title"


def landmarks(page: Node) -> Iterable[str]:
    if len(page.all("main")) != 1 or not page.all("header") or not page.all("footer"):
        yield "1.3.1 a landmark is missing"
    if not all(nav.attributes.get("aria-label") for nav in page.all("nav")):
        yield "1.3.1 a navigation has no name"


def skip_link(page: Node) -> Iterable[str]:
    links = page.all("a")
    if not links or links[0].attributes.get("href") != "#main" or not ids_of(page)["main"]:
        yield "2.4.1 the first link does not skip to the content"


def headings(page: Node) -> Iterable[str]:
    levels = [int(h.tag[1]) for h in page.all("h1", "h2", "h3", "h4")]
    if levels.count(1) != 1 or any(lower - upper > 1 for upper, lower in pairwise(levels)):
        yield f"1.3.1 headings jump: {levels}"


def ids(page: Node) -> Iterable[str]:
    known = ids_of(page)
    yield from (f"4.1.1 id {name} occurs {n} times" for name, n in known.items() if n > 1)
    for name in ("aria-labelledby", "aria-describedby", "for"):
        for node in page.having(name):
            for place in node.attributes[name].split():
                if not known[place]:
                    yield f"1.3.1 {name} points nowhere: {place}"


def labels(page: Node) -> Iterable[str]:
    labelled = {label.attributes.get("for") for label in page.all("label")}
    for control in page.all("input", "select", "textarea"):
        named = control.attributes.get("id") in labelled or control.inside("label")
        if control.attributes.get("type") != "hidden" and not named:
            yield f"1.3.1 {control.tag} {control.attributes.get('name')} has no label"


def names(page: Node) -> Iterable[str]:
    for node in page.all("a", "button", "summary"):
        if not node.text:
            yield f"4.1.2 a {node.tag} has no name"


def alternatives(page: Node) -> Iterable[str]:
    for graphic in page.all("svg"):
        hidden = graphic.attributes.get("aria-hidden") == "true"
        if not hidden and not {"aria-label", "aria-labelledby"} & set(graphic.attributes):
            yield "1.1.1 a graphic has no alternative"


def tables(page: Node) -> Iterable[str]:
    if not all("scope" in cell.attributes for cell in page.all("th")):
        yield "1.3.1 a heading of a table has no scope"


def lists(page: Node) -> Iterable[str]:
    for node in page.all("ul", "ol"):
        if any(isinstance(child, Node) and child.tag != "li" for child in node.children):
            yield "1.3.1 a list holds something that is no item"


def scrolling(page: Node) -> Iterable[str]:
    for node in page.having("class"):
        if node.attributes["class"] == "scroll" and "tabindex" not in node.attributes:
            yield "2.1.1 a part that scrolls cannot be reached by keyboard"


RULES = (
    language, title, landmarks, skip_link, headings, ids, labels, names, alternatives, tables,
    lists, scrolling,
)  # fmt: skip


def faults(page: Node) -> list[str]:
    """What each rule finds, by criterion of WCAG 2.2."""
    return [fault for rule in RULES for fault in rule(page)]


def test_no_page_has_a_fault(documents: dict[tuple[str, str], Node]) -> None:
    assert {name: faults(page) for name, page in documents.items() if faults(page)} == {}


def test_each_check_can_fail() -> None:
    """A page with every fault planted: each rule names it."""
    planted = read(
        "<html><body><nav></nav><h1>a</h1><h3>b</h3><p id=x></p><p id=x></p><input name=q>"
        "<a href=/>x</a><button></button><svg></svg><table><tr><th>a</th></tr></table>"
        "<div class=scroll></div><ul><p>no</p></ul><p aria-labelledby=y></p></body></html>"
    )
    for rule in RULES:
        assert list(rule(planted)), rule.__name__


def test_a_status_is_a_word_and_a_shape_beside_its_colour(
    documents: dict[tuple[str, str], Node],
) -> None:
    for name, page in documents.items():
        for badge in (n for n in page.walk() if n.attributes.get("class", "").startswith("badge")):
            assert badge.text, name
            assert badge.all("use"), name


def test_the_language_of_a_text_that_is_not_translated_is_marked(
    documents: dict[tuple[str, str], Node],
) -> None:
    quotes = documents[("nl", "/promises")].all("blockquote")
    foreign = [quote for quote in quotes if quote.attributes.get("lang") == "fr"]
    assert foreign
    assert len(foreign) < len(quotes)


def test_the_stop_button_is_on_every_page(documents: dict[tuple[str, str], Node]) -> None:
    for name, page in documents.items():
        (header,) = page.all("header")
        (form,) = header.all("form")
        assert form.attributes["action"] == f"/{name[0]}/stop/now"
        assert form.attributes["method"] == "post"


def test_the_plots_have_a_text_alternative(documents: dict[tuple[str, str], Node]) -> None:
    page = documents[("en", "/promises")]
    bar = next(svg for svg in page.all("svg") if svg.attributes.get("class") == "bar")
    assert bar.attributes["aria-label"].startswith("Promises by status: broken 3, unknown 4")
    (figure,) = page.all("figure")
    assert len(figure.all("tr")) == 91
