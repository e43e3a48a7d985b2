"""The supervisory authorities of some countries, as a sentence of each language names them.

They only fill a proposed sentence, which a person reads before it is printed; a country that is not
here is left to that person.
"""

from __future__ import annotations

from collections.abc import Iterable

from avow.declaration.check.rule import Wording

IN_COUNTRY = {
    "BE": Wording(
        fr="en Belgique, l’Autorité de protection des données (autoriteprotectiondonnees.be)",
        nl="in België, de Gegevensbeschermingsautoriteit (gegevensbeschermingsautoriteit.be)",
        en="in Belgium, the Data Protection Authority (dataprotectionauthority.be)",
    ),
    "FR": Wording(
        fr="en France, la CNIL (cnil.fr)",
        nl="in Frankrijk, de CNIL (cnil.fr)",
        en="in France, the CNIL (cnil.fr)",
    ),
    "IE": Wording(
        fr="en Irlande, la Data Protection Commission (dataprotection.ie)",
        nl="in Ierland, de Data Protection Commission (dataprotection.ie)",
        en="in Ireland, the Data Protection Commission (dataprotection.ie)",
    ),
    "LU": Wording(
        fr="au Luxembourg, la CNPD (cnpd.public.lu)",
        nl="in Luxemburg, de CNPD (cnpd.public.lu)",
        en="in Luxembourg, the CNPD (cnpd.public.lu)",
    ),
    "NL": Wording(
        fr="aux Pays-Bas, l’Autoriteit Persoonsgegevens (autoriteitpersoonsgegevens.nl)",
        nl="in Nederland, de Autoriteit Persoonsgegevens (autoriteitpersoonsgegevens.nl)",
        en="in the Netherlands, the Autoriteit Persoonsgegevens (autoriteitpersoonsgegevens.nl)",
    ),
}
UNKNOWN = Wording(fr="en …, …", nl="in …, …", en="in …, …")


def named(countries: Iterable[str]) -> Wording:
    """The authorities of these countries, to stand in a sentence."""
    known = [IN_COUNTRY.get(country, UNKNOWN) for country in countries]
    each = list(dict.fromkeys(known))
    return Wording(
        fr=" ; ".join(one.fr for one in each),
        nl="; ".join(one.nl for one in each),
        en="; ".join(one.en for one in each),
    )
