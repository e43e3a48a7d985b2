"""The words of the registers of art. 30, in French, Dutch and English."""

from __future__ import annotations

from collections.abc import Mapping

from avow.declaration.model import Basis

Said = Mapping[str, str]
"""Language to words."""

TITLES: Mapping[str, Said] = {
    "30-1": {
        "fr": "Registre des activités de traitement (art. 30, § 1, du RGPD)",
        "nl": "Register van de verwerkingsactiviteiten (art. 30, lid 1, AVG)",
        "en": "Record of processing activities (art. 30(1) GDPR)",
    },
    "30-2": {
        "fr": "Registre du sous-traitant (art. 30, § 2, du RGPD)",
        "nl": "Register van de verwerker (art. 30, lid 2, AVG)",
        "en": "Record of the processor (art. 30(2) GDPR)",
    },
}

FIELDS: Mapping[str, Said] = {
    "reference": {"fr": "Référence", "nl": "Referentie", "en": "Reference"},
    "name": {"fr": "Activité de traitement", "nl": "Verwerkingsactiviteit", "en": "Activity"},
    "clause": {"fr": "Clause de la notice", "nl": "Clausule van de verklaring", "en": "Clause"},
    "day": {"fr": "État au", "nl": "Stand op", "en": "As it stood on"},
    "updated": {"fr": "Dernière mise à jour", "nl": "Laatst bijgewerkt", "en": "Last updated"},
    "digest": {
        "fr": "Empreinte de la déclaration",
        "nl": "Vingerafdruk van de declaratie",
        "en": "Digest of the declaration",
    },
    "controller": {
        "fr": "Responsable du traitement",
        "nl": "Verwerkingsverantwoordelijke",
        "en": "Controller",
    },
    "processor": {"fr": "Sous-traitant", "nl": "Verwerker", "en": "Processor"},
    "contact": {"fr": "Coordonnées", "nl": "Contactgegevens", "en": "Contact details"},
    "joint": {
        "fr": "Responsables conjoints",
        "nl": "Gezamenlijke verwerkingsverantwoordelijken",
        "en": "Joint controllers",
    },
    "representative": {
        "fr": "Représentant (art. 27)",
        "nl": "Vertegenwoordiger (art. 27)",
        "en": "Representative (art. 27)",
    },
    "officer": {
        "fr": "Délégué à la protection des données",
        "nl": "Functionaris voor gegevensbescherming",
        "en": "Data protection officer",
    },
    "controllers": {
        "fr": "Responsables pour le compte desquels nous traitons",
        "nl": "Verantwoordelijken namens wie wij verwerken",
        "en": "Controllers on whose behalf we process",
    },
    "purpose": {"fr": "Finalité", "nl": "Doel", "en": "Purpose"},
    "processing": {
        "fr": "Catégories de traitements effectués",
        "nl": "Categorieën van verwerkingen",
        "en": "Categories of processing",
    },
    "basis": {"fr": "Base juridique", "nl": "Rechtsgrond", "en": "Legal basis"},
    "interest": {
        "fr": "Intérêt légitime poursuivi",
        "nl": "Gerechtvaardigd belang",
        "en": "Legitimate interest",
    },
    "subjects": {
        "fr": "Catégories de personnes",
        "nl": "Categorieën van betrokkenen",
        "en": "Categories of persons",
    },
    "categories": {
        "fr": "Catégories de données et durées de conservation",
        "nl": "Categorieën van gegevens en bewaartermijnen",
        "en": "Categories of data and periods",
    },
    "special": {
        "fr": "Données sensibles (art. 9)",
        "nl": "Bijzondere gegevens (art. 9)",
        "en": "Special categories (art. 9)",
    },
    "points": {
        "fr": "Points de collecte",
        "nl": "Plaatsen van verzameling",
        "en": "Collection points",
    },
    "sources": {
        "fr": "Sources autres que la personne",
        "nl": "Bronnen buiten de betrokkene",
        "en": "Sources other than the person",
    },
    "recipients": {"fr": "Destinataires", "nl": "Ontvangers", "en": "Recipients"},
    "transfers": {
        "fr": "Transferts hors EEE et garanties",
        "nl": "Doorgiften buiten de EER en waarborgen",
        "en": "Transfers outside the EEA and safeguards",
    },
    "systems": {"fr": "Outils et systèmes", "nl": "Systemen", "en": "Systems"},
    "security": {
        "fr": "Mesures de sécurité (art. 32)",
        "nl": "Beveiligingsmaatregelen (art. 32)",
        "en": "Security measures (art. 32)",
    },
    "assessments": {
        "fr": "Analyses (art. 6, 35, 46)",
        "nl": "Beoordelingen (art. 6, 35, 46)",
        "en": "Assessments (art. 6, 35, 46)",
    },
    "missing": {
        "fr": "Points de collecte absents de toute activité",
        "nl": "Plaatsen van verzameling in geen enkele activiteit",
        "en": "Collection points in no activity",
    },
}

BASES: Mapping[Basis, Said] = {
    Basis.CONSENT: {
        "fr": "consentement (art. 6, § 1, a)",
        "nl": "toestemming (art. 6, lid 1, a)",
        "en": "consent (art. 6(1)(a))",
    },
    Basis.CONTRACT: {
        "fr": "contrat (art. 6, § 1, b)",
        "nl": "overeenkomst (art. 6, lid 1, b)",
        "en": "contract (art. 6(1)(b))",
    },
    Basis.LEGAL_OBLIGATION: {
        "fr": "obligation légale (art. 6, § 1, c)",
        "nl": "wettelijke verplichting (art. 6, lid 1, c)",
        "en": "legal obligation (art. 6(1)(c))",
    },
    Basis.LEGITIMATE_INTEREST: {
        "fr": "intérêt légitime (art. 6, § 1, f)",
        "nl": "gerechtvaardigd belang (art. 6, lid 1, f)",
        "en": "legitimate interest (art. 6(1)(f))",
    },
}

ROLES: Mapping[str, Said] = {
    "processor": {"fr": "sous-traitant", "nl": "verwerker", "en": "processor"},
    "sub-processor": {
        "fr": "sous-traitant ultérieur",
        "nl": "subverwerker",
        "en": "sub-processor",
    },
    "authority": {"fr": "autorité", "nl": "overheid", "en": "authority"},
    "staff": {"fr": "personnel", "nl": "personeel", "en": "staff"},
    "contractor": {"fr": "prestataire", "nl": "opdrachtnemer", "en": "contractor"},
    "group-member": {"fr": "membre du groupe", "nl": "lid van de groep", "en": "group member"},
    "third-party": {"fr": "tiers", "nl": "derde", "en": "third party"},
    "controller": {
        "fr": "responsable du traitement",
        "nl": "verwerkingsverantwoordelijke",
        "en": "controller",
    },
    "joint-controller": {
        "fr": "responsable conjoint",
        "nl": "gezamenlijke verantwoordelijke",
        "en": "joint controller",
    },
}
"""Roles of recipients; any other stands as it is declared."""

UNDECLARED: Said = {"fr": "non déclaré", "nl": "niet aangegeven", "en": "not declared"}
NONE: Said = {"fr": "aucun", "nl": "geen", "en": "none"}
NO_RULE: Said = {
    "fr": "aucune durée déclarée",
    "nl": "geen termijn aangegeven",
    "en": "no period declared",
}
NO_TOOL: Said = {
    "fr": "aucune garantie déclarée",
    "nl": "geen waarborg aangegeven",
    "en": "no safeguard declared",
}
UNANNOTATED: Said = {
    "fr": "aucune n'est annotée comme telle",
    "nl": "geen enkele is als zodanig aangeduid",
    "en": "none is annotated as such",
}
BY_TENANT: Said = {
    "fr": "ceux que désigne `{field}` dans `{place}` ; leurs noms : non déclarés",
    "nl": "wie `{field}` in `{place}` aanwijst; hun namen: niet aangegeven",
    "en": "those that `{field}` names in `{place}`; their names: not declared",
}
OVERVIEW: Said = {"fr": "Vue d'ensemble", "nl": "Overzicht", "en": "Overview"}
COVER: Said = {"fr": "Organisme", "nl": "Organisatie", "en": "Organisation"}
