"""Every shape is there for a number: without the shape that number's answer changes."""

from __future__ import annotations

import random
import string
from typing import TYPE_CHECKING, NamedTuple

import pytest

from orderlink.carriers import carriers, detect, fitting
from orderlink.carriers.checks import CHECKS
from orderlink.carriers.loading import shapes_by_length

if TYPE_CHECKING:
    from orderlink.carriers.model import Shape


class Example(NamedTuple):
    """A number that one shape, and no other, makes its carrier's in this situation."""

    carrier: str
    shape: str
    number: str
    origin: str | None = None
    carriers: tuple[str, ...] = ()


EXAMPLES = (
    Example("amazon", "TB", "TBC601815908301"),
    Example("amazon", "letter, ten digits", "C1318609139", None, ("amazon",)),
    Example("amazon", "two letters, ten digits", "CC9960308246", None, ("amazon",)),
    Example("an_post", "S10", "DA815901396IE"),
    Example("austrian_post", "parcel number", "1045957117777412154728"),
    Example("austrian_post", "S10", "ZX826330434AT"),
    Example("bpost", "parcel barcode", "323248620579868282"),
    Example("bpost", "international", "LVS2902227918058887"),
    Example("bpost", "S10", "XW889093100BE"),
    Example("bring", "package number", "370167800837407188"),
    Example("bring", "shipment number with check digit", "73549306668364507"),
    Example("bring", "shipment number", "73288314366764020", "NO", ("bring",)),
    Example("bring", "shipping container code", "00370148936439008474"),
    Example("bring", "S10", "PV143653705NO"),
    Example("brt", "twelve digits", "563048137343", "IT", ("brt",)),
    Example("brt", "fourteen or fifteen digits", "73441979237609", "IT", ("brt",)),
    Example("brt", "nineteen digits", "6030926002675112532", "IT", ("brt",)),
    Example("cainiao", "LP", "LP04655721014156"),
    Example("canada_post", "sixteen digits", "9958225428211673", "CA"),
    Example("canada_post", "S10", "JK640544055CA"),
    Example("canpar", "letter, twenty-one digits", "Z906068157089319426083"),
    Example("china_post", "S10", "MU728990595CN"),
    Example("chronopost", "S10 of France", "XQ785277493FR"),
    Example("chronopost", "S10 of its own", "KO834492235JB"),
    Example("colissimo", "parcel number", "7U94134683673"),
    Example("colissimo", "tracked letter", "86429248758188V"),
    Example("colissimo", "tracked letter without check character", "87003490673490"),
    Example("colissimo", "S10", "MO851369848FR"),
    Example("correos", "parcel number", "DNW1E86700094948091418A"),
    Example("correos", "S10", "OS718246944ES"),
    Example(
        "correos_express",
        "parcel number of Correos",
        "PXYITE3857849774035338R",
        "ES",
        ("correos_express",),
    ),
    Example("correos_express", "sixteen digits", "8489688667509570", "ES"),
    Example("ctt", "S10", "NF991590600PT"),
    Example("ctt_express", "twenty-two digits", "0080461900327894882936", "ES", ("ctt_express",)),
    Example("deutsche_post", "S10 letter", "JF556073651DE"),
    Example("deutsche_post", "basis tracking", "A093871C15D694C1957F"),
    Example("dhl_ecommerce", "GM", "GMPYACU58N3PF3N20DTJ78"),
    Example("dhl_express", "waybill", "7939152550", None, ("dhl_express",)),
    Example("dhl_express", "waybill of eleven digits", "64480243030", None, ("dhl_express",)),
    Example("dhl_express", "piece", "JJD039481330290119520"),
    Example("dhl_express", "short piece", "JJD480503550"),
    Example(
        "dhl_express", "short piece of another series", "JMTV2060195796", None, ("dhl_express",)
    ),
    Example("dhl_paket_de", "shipping container code", "00340433704878458842"),
    Example("dhl_paket_de", "licence plate of Germany", "JJD000387152361092108"),
    Example("dhl_paket_de", "long licence plate of Germany", "JJD0000382495222805377356"),
    Example("dhl_paket_de", "licence plate of a customer", "JJD1350101650396663040"),
    Example("dhl_paket_de", "identcode", "839447589793", "DE"),
    Example("dhl_paket_de", "S10 parcel", "CS171397035DE"),
    Example("dhl_parcel_nl", "JVGL", "JVGL08692602553802848"),
    Example("dhl_parcel_nl", "customer code, fourteen characters", "3SKMI868604436"),
    Example(
        "dhl_parcel_nl", "customer code, as PostNL's", "3SJGE3857792578", "NL", ("dhl_parcel_nl",)
    ),
    Example("dhl_parcel_nl", "licence plate", "JJD000095081695043743399"),
    Example("dhl_parcel_pl", "eleven digits", "87330261021", "PL"),
    Example("dhl_parcel_pl", "twelve digits", "713106347620", "PL"),
    Example("dhl_parcel_pl", "licence plate of Poland", "JJD149002743958244583236"),
    Example("dhl_parcel_uk", "6012", "60125624381372"),
    Example("dhl_parcel_uk", "consignment", "31565610513881", "GB"),
    Example("dpd", "parcel number with check letter", "02137945188624V"),
    Example("dpd", "parcel number with check digit", "134565674139786"),
    Example("dpd", "label", "552813246033365374001653407S"),
    Example("dpd", "parcel number", "02145773580183", "DE", ("dpd",)),
    Example("dpd", "German depot", "08996106803828", "DE"),
    Example("dpd", "Benelux depot", "05311747721751", "BE"),
    Example("dpd", "French depot", "10451177428080", "FR"),
    Example("dpd", "French parcel", "250083792526505", "FR"),
    Example("dpd", "British depot", "15509717304723", "GB"),
    Example("dpd", "Polish depot", "13593160205731", "PL"),
    Example("dpd", "depots of smaller networks", "09598739337347", "AT"),
    Example("dpd", "Polish waybill", "3506256095230E", "PL"),
    Example("evri", "barcode", "E9UZZO4381462282"),
    Example("evri", "sixteen digits", "0236219764932461", "GB", ("evri",)),
    Example("fedex", "express, ranges of its label software", "392558723980"),
    Example("fedex", "express", "664034171192", None, ("fedex",)),
    Example("fedex", "ground", "354545956641306", None, ("fedex",)),
    Example("fedex", "ground container", "003156161565562798"),
    Example("fedex", "ground container of another type", "023144538886947567", None, ("fedex",)),
    Example("fedex", "ground 61299", "61299024098256348077"),
    Example("fedex", "ground 96", "9644032168973167506377"),
    Example("fedex", "astra label", "35636359360884477006739929782147"),
    Example("fedex", "label", "9678820576590701711953471788794898"),
    Example("gls", "parcel number", "73616185286", "DE", ("gls",)),
    Example("gls", "parcel number with check digit", "179528072345", "AT"),
    Example("gls", "track id", "Y0MMO7LL", "DE", ("gls",)),
    Example("gls", "French track id", "00J9B14T"),
    Example("gls", "Dutch parcel number", "97381053684548", "NL"),
    Example("hermes_de", "H number", "H1848519869405604"),
    Example("hermes_de", "fourteen digits", "55679022353656", "DE"),
    Example("hermes_de", "shipping container code", "00340633456746853483"),
    Example("inpost", "parcel number", "674278137168411157371754"),
    Example("inpost", "parcel abroad", "207202397923747016438941"),
    Example("landmark", "LTN", "LTN90423298N1"),
    Example("mondial_relay", "shipment number", "87023854", "FR", ("mondial_relay",)),
    Example("mondial_relay", "shipment number with brand", "5571364724", "FR", ("mondial_relay",)),
    Example(
        "mondial_relay",
        "shipment number of twelve digits",
        "238372157586",
        "FR",
        ("mondial_relay",),
    ),
    Example("mondial_relay", "label", "49442196450819740497854441"),
    Example("mrw", "franchise and letter", "02143S535800"),
    Example("mrw", "twelve digits", "028603759087", "ES", ("mrw",)),
    Example("ontrac", "C", "C08619138749064"),
    Example("ontrac", "D", "D73844266262478"),
    Example("ontrac", "L", "LN13300270"),
    Example("ontrac", "1LS", "1LS14283WMSGL8XPL5"),
    Example("other_post", "S10", "LG915162137UG"),
    Example("packeta", "Z number", "Z3696693734"),
    Example("parcelforce", "S10", "GI559831086GB"),
    Example("parcelforce", "PB", "PBSW9711204862"),
    Example("parcelforce", "two letters, seven digits", "IU3232739", "GB", ("parcelforce",)),
    Example("poczta_polska", "Pocztex", "PX5151127527"),
    Example("poczta_polska", "shipping container code", "00859007731007489623"),
    Example("poczta_polska", "S10", "HT012111499PL"),
    Example("poste_italiane", "UW", "1UWF5Z7949644"),
    Example("poste_italiane", "5P", "5P39A71433070"),
    Example("poste_italiane", "2IMA", "2IMA1000355138"),
    Example("poste_italiane", "registered letter", "RA50241302398", "IT"),
    Example("poste_italiane", "S10", "GJ044395341IT"),
    Example("postnl", "four letter customer code", "3SYFYC3805927"),
    Example("postnl", "four letter customer code, eight digits", "3SEAII64304539"),
    Example("postnl", "shorter customer code", "3SM1109272054", "NL", ("postnl",)),
    Example("postnl", "S10", "UP900955427NL"),
    Example("postnord", "item number", "72982908175FI"),
    Example("postnord", "S10", "EF740051512SE"),
    Example("postnord", "shipping container code", "00273886842271769206"),
    Example("purolator", "three letters, nine digits", "RGE833785085", "CA"),
    Example("purolator", "twelve digits", "238526686387", "CA"),
    Example("royal_mail", "S10", "JG549910411GB"),
    Example("royal_mail", "barcode of twenty-one characters", "0F8E52D76E529A0442164"),
    Example("sda", "3C", "3C4510B261577"),
    Example("sda", "six digits, letter, six digits", "020868C962473", "IT"),
    Example("sda", "28833", "2883350342810", "IT"),
    Example("seur", "fourteen digits", "01183268834838", "ES", ("seur",)),
    Example("seur", "twenty-one digits", "069517996890770353790", "ES", ("seur",)),
    Example("swiss_post", "parcel number", "991449481397054826"),
    Example("swiss_post", "S10", "PB214047706CH"),
    Example("tnt", "consignment, mod 11", "127631842", None, ("tnt",)),
    Example("tnt", "consignment, mod 7", "426893994", None, ("tnt",)),
    Example("tnt", "worldwide", "GD916019697WW"),
    Example("tnt", "two letters, eight digits", "GA79875037", None, ("tnt",)),
    Example("tnt", "French sixteen digits", "3373672249415581", "FR"),
    Example("trunkrs", "nine digits", "493607293", "NL", ("trunkrs",)),
    Example("ups", "1Z", "1ZPQY7C0SMBI31RLO6"),
    Example("ups", "waybill", "A9772464551"),
    Example("usps", "package barcode", "9112394813611299972553"),
    Example("usps", "package barcode, check not kept", "9542743864652045005471"),
    Example("usps", "long package barcode", "94674681922300045315368905"),
    Example("usps", "with ZIP", "420387099597336466996384134652"),
    Example("usps", "with ZIP+4", "4200725688629400150536623025124684"),
    Example("usps", "long with ZIP", "4205955594883081028420353874049345"),
    Example("usps", "service label", "70751237882533603505"),
    Example("usps", "service label, 91 left out", "13993819591463935370"),
    Example("usps", "S10", "ND850803877US"),
    Example("yodel", "licence plate", "JJD0002748402898461"),
    Example("yodel", "8 and three letters", "8RIZ808902895"),
    Example("yunexpress", "YT", "YT2715462810803427"),
)


def asked(example: Example) -> str | None:
    return detect(example.number, origin=example.origin, carriers=example.carriers).carrier


def shape_of(example: Example) -> Shape:
    (carrier,) = (known for known in carriers() if known.identifier == example.carrier)
    (shape,) = (shape for shape in carrier.shapes if shape.name == example.shape)
    return shape


def test_every_shape_has_a_number_and_every_number_a_shape() -> None:
    shapes = [(shape.carrier, shape.name) for known in carriers() for shape in known.shapes]
    assert sorted((example.carrier, example.shape) for example in EXAMPLES) == sorted(shapes)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda row: f"{row.carrier}: {row.shape}")
def test_a_number_is_its_carriers_and_no_longer_when_its_shape_is_removed(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked(example) == example.carrier
    removed = shape_of(example)
    left = {
        length: tuple(shape for shape in shapes if shape is not removed)
        for length, shapes in shapes_by_length().items()
    }
    monkeypatch.setattr(fitting, "shapes_by_length", lambda: left)
    assert asked(example) != example.carrier


def test_a_shape_names_a_check_that_exists_and_only_lengths_of_codes() -> None:
    for known in carriers():
        for shape in known.shapes:
            assert shape.check is None or shape.check in CHECKS
            assert all(8 <= length <= 34 for length in shape.lengths)


@pytest.mark.parametrize(
    ("alphabet", "answered_at_most"),
    [
        (string.ascii_uppercase + string.digits, 0.001),
        (string.ascii_uppercase, 0.0),
        (string.digits, 0.02),
    ],
)
def test_no_rule_is_a_catch_all_so_random_text_is_answered_next_to_never(
    alphabet: str, answered_at_most: float
) -> None:
    chance = random.Random(4)  # noqa: S311 - drawn to be repeatable
    texts = ["".join(chance.choices(alphabet, k=chance.randint(5, 36))) for _ in range(6000)]
    answered = [text for text in texts if detect(text).carrier is not None]
    assert len(answered) <= answered_at_most * len(texts)
