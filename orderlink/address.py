"""PURE: what addresses are made of; nothing here loses a character without saying so.

Marketplaces give streets in one line, shops and carriers may want the parts. A line is taken apart
only where there is no doubt what its parts are, and only into parts that rebuild it; all others
stay whole. The forms that are known come from addresses that other programs spoiled.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST: Final = 190
"""So many characters a text keeps when it is simplified: databases' shortest columns hold 191."""

_ADDITION_WORDS = "bis|ter|quater|hs|huis|bg|rd|rood|zw|zwart|boven|beneden|i{1,3}|iv|vi{0,3}|ix|x"
_ADDITION = (
    rf"(?:[^\W\d_]|{_ADDITION_WORDS})"  # A, bis, hs, II
    r"|[^\W\d_][ -]?[0-9]{1,4}"  # B 03, A-2
    r"|(?:bus|bte|box) ?[0-9]{1,4}[a-z]?"  # bus 3
    rf"|[-/] ?(?:[0-9]{{1,4}}[a-z]?|[^\W\d_]|{_ADDITION_WORDS})"  # -2, - II, /a
)
_STREET = re.compile(
    r"(?P<name>[^\d\n\r,;:/()@#&+|]*[^\W\d_]\.?)(?P<gap> ?)"
    rf"(?P<number>[1-9][0-9]{{0,3}})(?:(?P<glue> ?)(?P<addition>{_ADDITION}))?",
    re.IGNORECASE,
)
_WORDS_OF_NO_STREET = """
    postfach postbus packstation paketbox paketshop postfiliale filiale parcelshop locker lockers
    postnummer apartado casella bp cs box pobox boite boîte postale postboks box skrytka poczta
    route highway hwy autobahn autoroute carretera km rn rd nr no num numéro numero number n apt
    apartment appartement unit suite etage floor bus wohnung haus halle hal hall gebouw building
    block blok lot kavel plot top stiege c/o co
"""
_NO_STREETS = frozenset(_WORDS_OF_NO_STREET.split())
_YEARS = range(1800, 2100)
"""Numbers that are part of a name as often as not: Plein 1944."""


class Street(Value, frozen=True):
    """A street line, whole in `name`, or taken apart; `gap` and `glue` are what stood between."""

    name: str
    number: str = ""
    addition: str = ""
    gap: str = ""
    glue: str = ""

    def join(self) -> str:
        """Give the line back as it was."""
        return f"{self.name}{self.gap}{self.number}{self.glue}{self.addition}"


def split_street(text: str) -> Street:
    """Take a street line apart where that is certain; else the whole line is the name.

    `join` of the outcome is `text`, whatever that is.
    """
    match = _STREET.fullmatch(text)
    if match is None or not _is_name(match["name"]) or int(match["number"]) in _YEARS:
        return Street(text)
    parts = {part: value or "" for part, value in match.groupdict().items()}
    street = Street(**parts)
    return street if street.join() == text else Street(text)


def _is_name(name: str) -> bool:
    words = [word.strip(".'").casefold() for word in name.split(" ")]
    spelled = any(len(word) > 2 and word.isalpha() for word in re.split(r"[^\w]+", name))
    whole_words = all(words) and name == " ".join(name.split())
    return spelled and whole_words and not _NO_STREETS & set(words)


# Countries and regions

_ALPHA_2_AND_3 = """
AD AND AE ARE AF AFG AG ATG AI AIA AL ALB AM ARM AO AGO AQ ATA AR ARG AS ASM AT AUT AU AUS AW ABW
AX ALA AZ AZE BA BIH BB BRB BD BGD BE BEL BF BFA BG BGR BH BHR BI BDI BJ BEN BL BLM BM BMU BN BRN
BO BOL BQ BES BR BRA BS BHS BT BTN BV BVT BW BWA BY BLR BZ BLZ CA CAN CC CCK CD COD CF CAF CG COG
CH CHE CI CIV CK COK CL CHL CM CMR CN CHN CO COL CR CRI CU CUB CV CPV CW CUW CX CXR CY CYP CZ CZE
DE DEU DJ DJI DK DNK DM DMA DO DOM DZ DZA EC ECU EE EST EG EGY EH ESH ER ERI ES ESP ET ETH FI FIN
FJ FJI FK FLK FM FSM FO FRO FR FRA GA GAB GB GBR GD GRD GE GEO GF GUF GG GGY GH GHA GI GIB GL GRL
GM GMB GN GIN GP GLP GQ GNQ GR GRC GS SGS GT GTM GU GUM GW GNB GY GUY HK HKG HM HMD HN HND HR HRV
HT HTI HU HUN ID IDN IE IRL IL ISR IM IMN IN IND IO IOT IQ IRQ IR IRN IS ISL IT ITA JE JEY JM JAM
JO JOR JP JPN KE KEN KG KGZ KH KHM KI KIR KM COM KN KNA KP PRK KR KOR KW KWT KY CYM KZ KAZ LA LAO
LB LBN LC LCA LI LIE LK LKA LR LBR LS LSO LT LTU LU LUX LV LVA LY LBY MA MAR MC MCO MD MDA ME MNE
MF MAF MG MDG MH MHL MK MKD ML MLI MM MMR MN MNG MO MAC MP MNP MQ MTQ MR MRT MS MSR MT MLT MU MUS
MV MDV MW MWI MX MEX MY MYS MZ MOZ NA NAM NC NCL NE NER NF NFK NG NGA NI NIC NL NLD NO NOR NP NPL
NR NRU NU NIU NZ NZL OM OMN PA PAN PE PER PF PYF PG PNG PH PHL PK PAK PL POL PM SPM PN PCN PR PRI
PS PSE PT PRT PW PLW PY PRY QA QAT RE REU RO ROU RS SRB RU RUS RW RWA SA SAU SB SLB SC SYC SD SDN
SE SWE SG SGP SH SHN SI SVN SJ SJM SK SVK SL SLE SM SMR SN SEN SO SOM SR SUR SS SSD ST STP SV SLV
SX SXM SY SYR SZ SWZ TC TCA TD TCD TF ATF TG TGO TH THA TJ TJK TK TKL TL TLS TM TKM TN TUN TO TON
TR TUR TT TTO TV TUV TW TWN TZ TZA UA UKR UG UGA UM UMI US USA UY URY UZ UZB VA VAT VC VCT VE VEN
VG VGB VI VIR VN VNM VU VUT WF WLF WS WSM YE YEM YT MYT ZA ZAF ZM ZMB ZW ZWE XK XKX
"""
_COUNTRIES = _ALPHA_2_AND_3.split()
_ALPHA_2 = frozenset(_COUNTRIES[::2])
_FROM_ALPHA_3 = dict(zip(_COUNTRIES[1::2], _COUNTRIES[::2], strict=True))


def country_code(text: str) -> str:
    """Give the ISO 3166-1 alpha-2 code for a country's code in two or three letters.

    Empty where it is neither. `XK`, which is not ISO's own, is taken for Kosovo.
    """
    code = text.strip().upper()
    return code if code in _ALPHA_2 else _FROM_ALPHA_3.get(code, "")


def region_code(text: str, country: str, regions: Mapping[str, str]) -> str:
    """Give the code that a shop has for a region, told by code, as `IT-MI`, or by name.

    `regions` leads from the shop's codes to its names. A region that is not among them stays as it
    is written.
    """
    code = text.strip().upper().removeprefix(f"{country}-")
    if code in regions:
        return code
    name = _folded(text)
    found = [known for known, its_name in regions.items() if _folded(its_name) == name]
    return found[0] if len(found) == 1 else text


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


# What a database cannot store


def simplified(text: str) -> str:
    """Write a text so that the poorest database can store it; used once the text was refused.

    Signs outside the Basic Multilingual Plane (emoji) become what they stand for or `?`, control
    characters a blank, and what is longer than `LONGEST` ends with `...`.
    """
    plain = "".join(_simple(sign) for sign in text)
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 3]}..."


def _simple(sign: str) -> str:
    if unicodedata.category(sign) in {"Cc", "Cs"}:
        return " "
    if ord(sign) <= 0xFFFF:
        return sign
    other = unicodedata.normalize("NFKC", sign)
    return other if all(ord(part) <= 0xFFFF for part in other) else "?"
