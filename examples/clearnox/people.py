"""Made-up people and companies: French, Dutch and English names, reserved domains and numbers.

E-mail domains end in example.com, .net, .org or .test (RFC 2606). French numbers lie in the ranges
kept for fiction; Belgian ones use a prefix that is given to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_FIRST = {
    "fr": (
        "Amélie Antoine Aurélie Baptiste Camille Cédric Chloé Claire Damien Élodie Émile Fabien "
        "Florence Gaëlle Hugo Inès Jérôme Julie Laurent Lucie Manon Mathieu Nadia Noémie Olivier "
        "Pauline Quentin Rachid Sabine Thibault Valérie Yasmine"
    ).split(),
    "nl": (
        "Anke Bart Bram Dirk Eline Emma Femke Geert Griet Hanne Ilse Jan Jef Joke Koen Lien Lotte "
        "Maarten Marieke Niels Nele Pieter Ruben Sander Sofie Stijn Tine Tom Veerle Wim Wouter Yves"
    ).split(),
    "en": (
        "Alice Amir Anna Ben Carol Daniel Emily Fiona George Grace Harry Ivy Jack Kate Liam Lucy "
        "Mark Nora Oliver Owen Paul Priya Rose Ryan Sam Sarah Simon Tessa Victor Will Zara Zoe"
    ).split(),
}
_LAST = {
    "fr": (
        "Bernard Bertrand Blanchard Caron Chevalier Delcourt Delvaux Dubois Dupont Fontaine Garnier "
        "Gérard Lacroix Lambert Laurent Leclercq Lefèvre Lejeune Marchal Mercier Moreau Noël Petit "
        "Renard Rousseau Roux Simon Thiry Vasseur Vincent Wauters Wuidar"
    ).split(),
    "nl": (
        "Aerts Baert Bogaert Claes Cools Cuypers Declercq Desmet Goossens Hendrickx Hermans Jacobs "
        "Janssens Lemmens Maes Martens Mertens Michiels Nijs Peeters Pauwels Segers Smets Stevens "
        "Thys Vermeulen Verhoeven Wauters Willems Wouters Wuyts Yperman"
    ).split(),
    "en": (
        "Adams Baker Barnes Bell Brooks Carter Clarke Cole Cooper Davies Edwards Fisher Foster Gray "
        "Green Hall Harris Hughes Khan Lewis Mason Moore Morgan Owen Parker Patel Reed Shaw Stone "
        "Turner Walsh Young"
    ).split(),
}
_TRADE = (
    "Logistics Bouwwerken Travaux Consult Textiles Imprimerie Bakkerij Transport Electro Garage "
    "Pharma Design Immobilier Tuinen Peinture Metal Software Menuiserie Catering Events"
).split()
_FORM = {"BE": ("NV/SA", "BV/SRL", "VZW/ASBL"), "FR": ("SAS", "SARL", "SA")}
_CITY = {
    "BE": (
        ("1000", "Bruxelles"),
        ("3000", "Leuven"),
        ("2600", "Antwerpen"),
        ("4000", "Liège"),
        ("9000", "Gent"),
        ("5000", "Namur"),
        ("8000", "Brugge"),
    ),
    "FR": (
        ("37000", "Tours"),
        ("75011", "Paris"),
        ("69002", "Lyon"),
        ("59000", "Lille"),
        ("44000", "Nantes"),
    ),
}
_STREET = (
    "Rue du Moulin",
    "Kerkstraat",
    "Rue de la Gare",
    "Stationsstraat",
    "Avenue des Tilleuls",
    "Molenweg",
    "Place du Marché",
    "Lindenlaan",
)
_JOB = (
    "CFO",
    "Credit manager",
    "Comptable",
    "Boekhouder",
    "Office manager",
    "Gérant",
    "Zaakvoerder",
    "Accountant",
    "Assistante administrative",
    "Collections officer",
)
_DOMAIN = ("example.com", "example.net", "example.org", "test")
_PLAIN = str.maketrans("àâçéèêëîïôûüœ", "aaceeeeiiouuo")


@dataclass(frozen=True, slots=True)
class Firm:
    """A company as it appears everywhere: name, form, address, country, language, domain, VAT number."""

    name: str
    form: str
    street: str
    postcode: str
    city: str
    country: str
    language: str
    domain: str
    vat: str

    @property
    def address(self) -> str:
        """The postal address on one line."""
        return f"{self.street}, {self.postcode} {self.city}"


@dataclass(frozen=True, slots=True)
class Someone:
    """A person as they appear in any system: same name, address and number in each."""

    name: str
    title: str
    email: str
    phone: str
    job: str
    language: str
    firm: Firm


def plain(text: str) -> str:
    """Lower-case ASCII letters, as in an e-mail address."""
    return text.lower().translate(_PLAIN)


def phone(rng: Random, country: str) -> str:
    """A mobile or fixed number that belongs to nobody, in the country's own shape."""
    a, b, c = rng.randrange(100), rng.randrange(100), rng.randrange(100)
    if country == "FR":
        return f"+33 {rng.choice(('6 39 98', '1 99 00'))} {a:02} {b:02}"
    return f"+32 400 {a:02} {b:02} {c:02}"


def firm(rng: Random, number: int) -> Firm:
    """The company with this number; its name carries it, so that no two share a domain."""
    country = "FR" if rng.random() < 0.3 else "BE"
    language = "fr" if country == "FR" else rng.choice(("fr", "nl", "nl", "en"))
    last, trade = rng.choice(_LAST[language]), rng.choice(_TRADE)
    postcode, city = rng.choice(_CITY[country])
    return Firm(
        name=f"{last} {trade} {number}",
        form=rng.choice(_FORM[country]),
        street=f"{rng.choice(_STREET)} {rng.randrange(1, 180)}",
        postcode=postcode,
        city=city,
        country=country,
        language=language,
        domain=f"{plain(last)}-{plain(trade)}{number}.{rng.choice(_DOMAIN)}",
        vat=f"{country}0{number:09}",
    )


def someone(rng: Random, number: int, at: Firm) -> Someone:
    """The person with this number, who works at `at`."""
    language = at.language if rng.random() < 0.85 else rng.choice(("fr", "nl", "en"))
    first, last = rng.choice(_FIRST[language]), rng.choice(_LAST[language])
    return Someone(
        name=f"{first} {last}",
        title=rng.choice(("Mme", "M.", "Dhr.", "Mevr.", "Ms", "Mr")),
        email=f"{plain(first)}.{plain(last)}{number}@{at.domain}",
        phone=phone(rng, at.country),
        job=rng.choice(_JOB),
        language=language,
        firm=at,
    )


def population(seed: int, firms: int, people: int) -> tuple[list[Firm], list[Someone]]:
    """The companies and the people, about three at each; the first people work at the first firms."""
    rng = Random(f"{seed}:people")  # noqa: S311 - made-up data must be repeatable
    companies = [firm(rng, n + 1) for n in range(firms)]
    return companies, [someone(rng, n + 1, companies[n // 3 % firms]) for n in range(people)]
