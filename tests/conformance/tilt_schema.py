"""What the published schema of the Transparency Information Language asks of a document.

The types, required keys, patterns and lengths of `tilt-schema.json` (commit 0142de99) of
https://github.com/Transparency-Information-Language/schema, written down here key by key as a JSON
Schema of draft 7; its titles, descriptions, defaults and examples constrain nothing and are left
out. The schema is (c) 2020 Elias Grünewald, under the MIT licence.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_INSTANT = (
    r"^([\+-]?\d{4}(?!\d{2}\b))((-?)((0[1-9]|1[0-2])(\3([12]\d|0[1-9]|3[01]))?|W([0-4]\d|5[0-2])"
    r"(-?[1-7])?|(00[1-9]|0[1-9]\d|[12]\d{2}|3([0-5]\d|6[1-6])))([T\s]((([01]\d|2[0-3])((:?)"
    r"[0-5]\d)?|24\:?00)([\.,]\d+(?!:))?)?(\17[0-5]\d([\.,]\d+)?)?([zZ]|([\+-])([01]\d|2[0-3])"
    r":?([0-5]\d)?)?)?)?$"
)
_LANGUAGES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy "
    "da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu "
    "hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb "
    "lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om "
    "or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw "
    "ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
).split()
TEXT: Schema = {"type": "string"}
YES: Schema = {"type": "boolean"}


def thing(required: str, **properties: Schema) -> Schema:
    """An object with these keys; `required` names those it must have. Others may stand beside."""
    return {"type": "object", "required": required.split(), "properties": properties}


def texts(keys: str) -> dict[str, Schema]:
    """Several keys that hold text."""
    return dict.fromkeys(keys.split(), TEXT)


def list_of(item: Schema) -> Schema:
    """A list of such things."""
    return {"type": "array", "items": {"anyOf": [item]}}


_AVAILABLE = thing("available description", available=YES, description=TEXT)
_RIGHT_KEYS = "available description url email identificationEvidences"
_RIGHT_SCHEMAS = texts("description url email") | {
    "available": YES,
    "identificationEvidences": list_of(TEXT),
}
_RIGHT = thing(_RIGHT_KEYS, **_RIGHT_SCHEMAS)
_AUTHORITY = thing("name address country email phone", **texts("name address country email phone"))

META = thing(
    "_id name created modified version language status url _hash",
    **texts("_id name"),
    created={"type": "string", "pattern": _INSTANT},
    modified={"type": "string", "pattern": _INSTANT},
    version={"type": "integer", "minimum": 1},
    language={"type": "string", "pattern": f"^({'|'.join(_LANGUAGES)})$"},
    status={"type": "string", "pattern": "^(active|inactive)$"},
    url={"type": "string", "format": "uri"},
    _hash={"type": "string", "minLength": 64, "maxLength": 64},
)
CONTROLLER = thing(
    "name address country representative",
    **texts("name division address"),
    country={"type": "string", "minLength": 2, "maxLength": 2},
    representative=thing(
        "name email",
        name=TEXT,
        email={"type": "string", "format": "email"},
        phone={"type": "string", "pattern": r"^[+]*[(]{0,1}[0-9]{1,4}[)]{0,1}[-\s\./0-9]*$"},
    ),
)
OFFICER = thing("name address country email", **texts("name address country email phone"))
STORAGE = thing(
    "temporal purposeConditional legalBasisConditional aggregationFunction",
    temporal=list_of(thing("description ttl", **texts("description ttl"))),
    purposeConditional=list_of(TEXT),
    legalBasisConditional=list_of(TEXT),
    aggregationFunction=TEXT,
)
DISCLOSED = thing(
    "_id category purposes legalBases legitimateInterests recipients storage nonDisclosure",
    **texts("_id category"),
    purposes=list_of(thing("purpose description", **texts("purpose description"))),
    legalBases=list_of(thing("reference description", **texts("reference description"))),
    legitimateInterests=list_of(thing("exists reasoning", exists=YES, reasoning=TEXT)),
    recipients=list_of(
        thing(
            "category",
            **texts("name division address country category"),
            representative=thing("", **texts("name email phone")),
        )
    ),
    storage=list_of(STORAGE),
    nonDisclosure=thing(
        "legalRequirement contractualRegulation obligationToProvide consequences",
        legalRequirement=YES,
        contractualRegulation=YES,
        obligationToProvide=YES,
        consequences=TEXT,
    ),
)
TRANSFER = thing(
    "country adequacyDecision appropriateGuarantees "
    "presenceOfEnforceableRightsAndEffectiveRemedies standardDataProtectionClause",
    country=TEXT,
    adequacyDecision=_AVAILABLE,
    appropriateGuarantees=_AVAILABLE,
    presenceOfEnforceableRightsAndEffectiveRemedies=_AVAILABLE,
    standardDataProtectionClause=_AVAILABLE,
)
ACCESS = thing(
    f"{_RIGHT_KEYS} administrativeFee dataFormat",
    **_RIGHT_SCHEMAS,
    administrativeFee=thing("amount currency", amount={"type": "number"}, currency=TEXT),
    dataFormat=TEXT,
)
SOURCE = thing(
    "_id dataCategory sources",
    **texts("_id dataCategory"),
    sources=list_of(
        thing(
            "description url publiclyAvailable",
            **texts("description url"),
            publiclyAvailable=YES,
        )
    ),
)
CHANGE = thing(
    "description affectedDataCategories plannedDateOfChange urlOfNewVersion",
    **texts("description plannedDateOfChange urlOfNewVersion"),
    affectedDataCategories=list_of(TEXT),
)
TILT: Schema = {"$schema": "http://json-schema.org/draft-07/schema#"} | thing(
    "meta controller dataProtectionOfficer dataDisclosed thirdCountryTransfers "
    "accessAndDataPortability sources rightToInformation rightToRectificationOrDeletion "
    "rightToDataPortability rightToWithdrawConsent rightToComplain automatedDecisionMaking "
    "changesOfPurpose",
    meta=META,
    controller=CONTROLLER,
    dataProtectionOfficer=OFFICER,
    dataDisclosed=list_of(DISCLOSED),
    thirdCountryTransfers=list_of(TRANSFER),
    accessAndDataPortability=ACCESS,
    sources=list_of(SOURCE),
    rightToInformation=_RIGHT,
    rightToRectificationOrDeletion=_RIGHT,
    rightToDataPortability=_RIGHT,
    rightToWithdrawConsent=_RIGHT,
    rightToComplain=thing(
        f"{_RIGHT_KEYS} supervisoryAuthority", **_RIGHT_SCHEMAS, supervisoryAuthority=_AUTHORITY
    ),
    automatedDecisionMaking=thing(
        "inUse logicInvolved scopeAndIntendedEffects",
        inUse=YES,
        **texts("logicInvolved scopeAndIntendedEffects"),
    ),
    changesOfPurpose=list_of(CHANGE),
)
