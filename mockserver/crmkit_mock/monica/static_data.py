"""Tables that no request changes: currencies, countries, emotions, pet categories."""
# ruff: noqa: RUF001 - the names and symbols of currencies are in many scripts

from __future__ import annotations

from typing import Any

from crmkit_mock.monica.php_types import to_number

#: Code, name and symbol; the id is the position, counted from 1. Recorded from a server.
CURRENCIES: list[tuple[str, str, str]] = [
    # Some symbols have a space beside them, for which "&" stands.
    (code, name, symbol.replace("&", " "))
    for line in """
CAD|Canadian Dollar|$
USD|US Dollar|$
GBP|British Pound|£
EUR|Euro|€
RUB|Russian Ruble|₽
ZAR|South African Rand|R&
DKK|Danish krone|kr.
INR|Indian rupee|₹
BRL|Brazilian Real|R$
CHF|Swiss CHF|CHF
AED|Emirati Dirham|.د.ب
AFN|Afghan Afghani|؋
ALL|Albanian lek|lek
AMD|Armenian dram|
ANG|Dutch Guilder|ƒ
AOA|Angolan Kwanza|Kz
ARS|Argentine peso|$
AUD|Australian Dollar|$
AWG|Arubin florin|ƒ
AZN|Azerbaijani manat|ман
BAM|Bosnian Convertible Marka|KM
BBD|Barbadian dollar|$
BDT|Bangladeshi Taka|Tk
BGN|Bulgarian lev|лв
BHD|Bahraini Dinar|.د.ب or BD
BIF|Burundian Franc|
BMD|Bermudian dollar|$
BND|Bruneian Dollar|$
BOB|Bolivian Boliviano|$b
BSD|Bahamian dollar|B$
BTN|Bhutanese Ngultrum|Nu.
BWP|Botswana Pula|P
BYR|Belarusian ruble|р
BZD|Belize dollar|BZ$
CLP|Chilean Peso|$
CNY|Yuan or chinese renminbi|¥
COP|Colombian peso|$
CRC|Costa Rican colón|₡
CUC|Cuban convertible peso|$
CUP|Cuban peso|₱
CVE|Cape Verdean Escudo|$
CZK|Czech koruna|Kč
DJF|Djiboutian Franc|fdj
DOP|Dominican peso|$
DZD|Algerian Dinar|جد
EGP|Egyptian Pound|£&
ERN|Eritrean nakfa|ናቕፋ
ETB|Ethiopian Birr|Br
FJD|Fijian dollar|$
FKP|Falkland Island Pound|£
GEL|Georgian lari|ლ
GHS|Ghanaian Cedi|GH¢
GIP|Gibraltar pound|£
GMD|Gambian dalasi|
GNF|Guinean Franc|
GTQ|Guatemalan Quetzal|Q
GYD|Guyanese dollar|$
HKD|Hong Kong dollar|HK$
HNL|Honduran lempira|L
HRK|Croatian kuna|kn
HTG|Haitian gourde|G
HUF|Hungarian forint|Ft
IDR|Indonesian Rupiah|Rp
ILS|Israeli Shekel|₪
IQD|Iraqi Dinar|ع.د
IRR|Iranian Rial|
ISK|Icelandic Krona|kr
JMD|Jamaican dollar|J$
JOD|Jordanian Dinar|
JPY|Japanese yen|¥
KES|Kenyan Shilling|KSh
KGS|Kyrgyzstani som|лв
KHR|Cambodian Riel|៛
KMF|Comoran Franc|
KPW|North Korean won|₩
KRW|South Korean won|₩
KWD|Kuwaiti Dinar|ك
KYD|Caymanian Dollar|$
KZT|Kazakhstani tenge|₸
LAK|Lao or Laotian Kip|₭
LBP|Lebanese Pound|ل.ل
LKR|Sri Lankan Rupee|Rs
LRD|Liberian Dollar|$
LSL|Lesotho loti|L or M
LTL|Lithuanian litas|Lt
LYD|Libyan Dinar|&د.ل
MAD|Moroccan Dirham|م.د.
MDL|Moldovan Leu|L
MGA|Malagasy Ariary|Ar
MKD|Macedonian Denar|ден
MMK|Burmese Kyat|K
MNT|Mongolian Tughrik|₮
MOP|Macau Pataca|MOP$
MRO|Mauritanian Ouguiya|UM
MUR|Mauritian rupee|Rs
MVR|Maldivian Rufiyaa|rf
MWK|Malawian Kwacha|MK
MXN|Mexico Peso|$
MYR|Malaysian Ringgit|RM
MZN|Mozambican Metical|MT
NAD|Namibian Dollar|$
NGN|Nigerian Naira|₦
NIO|Nicaraguan córdoba|C$
NOK|Norwegian krone|kr
NPR|Nepalese Rupee|Rs
NZD|New Zealand Dollar|$
OMR|Omani Rial|ع.ر.
PAB|Balboa panamérn|B/
PEN|Peruvian nuevo sol|S/
PGK|Papua New Guinean Kina|K
PHP|Philippine Peso|₱
PKR|Pakistani Rupee|Rs
PLN|Polish złoty|zł
PYG|Paraguayan guarani|₲
QAR|Qatari Riyal|ق.ر&
RON|Romanian leu|lei
RSD|Serbian Dinar|РСД
RWF|Rwandan franc|FRw, RF, R₣
SAR|Saudi Arabian Riyal|ر.س
SBD|Solomon Islander Dollar|SI$
SCR|Seychellois Rupee|Rs
SDG|Sudanese Pound|
SEK|Swedish krona|kr
SGD|Singapore Dollar|$
SLL|Sierra Leonean Leone|Le
SOS|Somali Shilling|S
SRD|Surinamese dollar|$
SSP|South Sudanese pound|£
SYP|Syrian Pound|£
SZL|Swazi Lilangeni|L or E
THB|Thai Baht|฿
TJS|Tajikistani somoni|
TMT|Turkmenistan manat|T
TND|Tunisian Dinar|
TOP|Tongan Pa'anga|T$
TRY|Turkish Lira|
TTD|Trinidadian dollar|TT$
TWD|Taiwan New Dollar|NT$
TZS|Tanzanian Shilling|Sh
UAH|Ukrainian Hryvnia|₴
UGX|Ugandan Shilling|USh
UYU|Uruguayan peso|$U
UZS|Uzbekistani som|лв
VEF|Venezuelan bolivar|Bs
VND|Vietnamese Dong|₫
VUV|Ni-Vanuatu Vatu|VT
WST|Samoan Tālā|$
XCD|East Caribbean dollar|EC$
XOF|CFA Franc|
XPF|CFP Franc|
YER|Yemeni Rial|
ZMW|Zambian Kwacha|ZMK
ZWD|Zimbabwean Dollar|Z$
""".strip().splitlines()
    for code, name, symbol in [line.split("|")]
]
#: English names by ISO 3166-1 code. XK is not an ISO code, but in use.
COUNTRIES: dict[str, str] = {
    code: name
    for entry in """
AD Andorra; AE United Arab Emirates; AF Afghanistan; AG Antigua and Barbuda; AI Anguilla; AL
Albania; AM Armenia; AO Angola; AQ Antarctica; AR Argentina; AS American Samoa; AT Austria; AU
Australia; AW Aruba; AX Åland Islands; AZ Azerbaijan; BA Bosnia and Herzegovina; BB Barbados; BD
Bangladesh; BE Belgium; BF Burkina Faso; BG Bulgaria; BH Bahrain; BI Burundi; BJ Benin; BL Saint
Barthélemy; BM Bermuda; BN Brunei; BO Bolivia; BQ Caribbean Netherlands; BR Brazil; BS Bahamas;
BT Bhutan; BV Bouvet Island; BW Botswana; BY Belarus; BZ Belize; CA Canada; CC Cocos (Keeling)
Islands; CD DR Congo; CF Central African Republic; CG Republic of the Congo; CH Switzerland; CI
Ivory Coast; CK Cook Islands; CL Chile; CM Cameroon; CN China; CO Colombia; CR Costa Rica; CU
Cuba; CV Cape Verde; CW Curaçao; CX Christmas Island; CY Cyprus; CZ Czech Republic; DE Germany;
DJ Djibouti; DK Denmark; DM Dominica; DO Dominican Republic; DZ Algeria; EC Ecuador; EE Estonia;
EG Egypt; EH Western Sahara; ER Eritrea; ES Spain; ET Ethiopia; FI Finland; FJ Fiji; FK Falkland
Islands; FM Micronesia; FO Faroe Islands; FR France; GA Gabon; GB United Kingdom; GD Grenada; GE
Georgia; GF French Guiana; GG Guernsey; GH Ghana; GI Gibraltar; GL Greenland; GM Gambia; GN
Guinea; GP Guadeloupe; GQ Equatorial Guinea; GR Greece; GS South Georgia; GT Guatemala; GU Guam;
GW Guinea-Bissau; GY Guyana; HK Hong Kong; HM Heard Island and McDonald Islands; HN Honduras; HR
Croatia; HT Haiti; HU Hungary; ID Indonesia; IE Ireland; IL Israel; IM Isle of Man; IN India; IO
British Indian Ocean Territory; IQ Iraq; IR Iran; IS Iceland; IT Italy; JE Jersey; JM Jamaica;
JO Jordan; JP Japan; KE Kenya; KG Kyrgyzstan; KH Cambodia; KI Kiribati; KM Comoros; KN Saint
Kitts and Nevis; KP North Korea; KR South Korea; KW Kuwait; KY Cayman Islands; KZ Kazakhstan; LA
Laos; LB Lebanon; LC Saint Lucia; LI Liechtenstein; LK Sri Lanka; LR Liberia; LS Lesotho; LT
Lithuania; LU Luxembourg; LV Latvia; LY Libya; MA Morocco; MC Monaco; MD Moldova; ME Montenegro;
MF Saint Martin; MG Madagascar; MH Marshall Islands; MK Macedonia; ML Mali; MM Myanmar; MN
Mongolia; MO Macau; MP Northern Mariana Islands; MQ Martinique; MR Mauritania; MS Montserrat; MT
Malta; MU Mauritius; MV Maldives; MW Malawi; MX Mexico; MY Malaysia; MZ Mozambique; NA Namibia;
NC New Caledonia; NE Niger; NF Norfolk Island; NG Nigeria; NI Nicaragua; NL Netherlands; NO
Norway; NP Nepal; NR Nauru; NU Niue; NZ New Zealand; OM Oman; PA Panama; PE Peru; PF French
Polynesia; PG Papua New Guinea; PH Philippines; PK Pakistan; PL Poland; PM Saint Pierre and
Miquelon; PN Pitcairn Islands; PR Puerto Rico; PS Palestine; PT Portugal; PW Palau; PY Paraguay;
QA Qatar; RE Réunion; RO Romania; RS Serbia; RU Russia; RW Rwanda; SA Saudi Arabia; SB Solomon
Islands; SC Seychelles; SD Sudan; SE Sweden; SG Singapore; SH Saint Helena; SI Slovenia; SJ
Svalbard and Jan Mayen; SK Slovakia; SL Sierra Leone; SM San Marino; SN Senegal; SO Somalia; SR
Suriname; SS South Sudan; ST São Tomé and Príncipe; SV El Salvador; SX Sint Maarten; SY Syria;
SZ Swaziland; TC Turks and Caicos Islands; TD Chad; TF French Southern and Antarctic Lands; TG
Togo; TH Thailand; TJ Tajikistan; TK Tokelau; TL Timor-Leste; TM Turkmenistan; TN Tunisia; TO
Tonga; TR Turkey; TT Trinidad and Tobago; TV Tuvalu; TW Taiwan; TZ Tanzania; UA Ukraine; UG
Uganda; UM United States Minor Outlying Islands; US United States; UY Uruguay; UZ Uzbekistan; VA
Vatican City; VC Saint Vincent and the Grenadines; VE Venezuela; VG British Virgin Islands; VI
United States Virgin Islands; VN Vietnam; VU Vanuatu; WF Wallis and Futuna; WS Samoa; XK Kosovo;
YE Yemen; YT Mayotte; ZA South Africa; ZM Zambia; ZW Zimbabwe
""".replace("\n", " ")
    .strip()
    .split("; ")
    for code, _, name in [entry.partition(" ")]
}
#: Names in other languages: enough to see that `lang` has an effect.
_TRANSLATIONS = {
    "fr": {"DE": "Allemagne", "ES": "Espagne", "GB": "Royaume-Uni", "US": "États-Unis"},
    "de": {"DE": "Deutschland", "FR": "Frankreich", "ES": "Spanien", "US": "Vereinigte Staaten"},
}
#: Names of emotions; the id is the position, counted from 1. Recorded from a server.
EMOTIONS = (
    *("adoration", "affection", "love", "fondness", "liking", "attraction", "caring"),
    *("tenderness", "compassion", "sentimentality", "arousal", "desire", "lust", "passion"),
    *("infatuation", "longing", "amusement", "bliss", "cheerfulness", "gaiety", "glee"),
    *("jolliness", "joviality", "joy", "delight", "enjoyment", "gladness", "happiness"),
    *("jubilation", "elation", "satisfaction", "ecstasy", "euphoria", "enthusiasm", "zeal"),
    *("zest", "excitement", "thrill", "exhilaration", "contentment", "pleasure", "pride"),
    *("pleasure", "eagerness", "hope", "enthrallment", "rapture", "relief", "amazement"),
    *("surprise", "astonishment", "aggravation", "irritation", "agitation", "annoyance"),
    *("grouchiness", "grumpiness", "exasperation", "frustration", "anger", "rage", "outrage"),
    *("fury", "wrath", "hostility", "ferocity", "bitterness", "hate", "loathing", "scorn"),
    *("spite", "vengefulness", "dislike", "resentment", "disgust", "revulsion", "contempt"),
    *("envy", "jealousy", "agony", "suffering", "hurt", "anguish", "depression", "despair"),
    *("hopelessness", "gloom", "glumness", "sadness", "unhappiness", "grief", "sorrow", "woe"),
    *("misery", "melancholy", "dismay", "disappointment", "displeasure", "guilt", "shame"),
    *("regret", "remorse", "alienation", "isolation", "neglect", "loneliness", "rejection"),
    *("homesickness", "defeat", "dejection", "insecurity", "embarrassment", "humiliation"),
    *("insult", "pity", "sympathy", "alarm", "shock", "fear", "fright", "horror", "terror"),
    *("panic", "hysteria", "mortification", "anxiety", "nervousness", "tenseness"),
    *("uneasiness", "apprehension", "worry", "distress", "dread"),
)
#: Categories of pets; the id is the position, counted from 1. Recorded: there are 11, and the
#: first is this one. Assumption: the order of the others.
PET_CATEGORIES = (
    *("reptile", "bird", "cat", "dog", "fish", "hamster"),
    *("horse", "rabbit", "rat", "small_animal", "other"),
)
_COMMON_PETS = frozenset({"cat", "dog"})


def serialize_currency(id: int) -> dict[str, Any]:
    """Build the response object of a currency."""
    iso, name, symbol = CURRENCIES[id - 1]
    return {"id": id, "object": "currency", "iso": iso, "name": name, "symbol": symbol}


def serialize_country(code: str, language: object = None) -> dict[str, Any]:
    """Build the response object of a country; an unknown code has an empty name."""
    iso = code.upper()
    name = COUNTRIES.get(iso, "")
    if isinstance(language, str):
        name = _TRANSLATIONS.get(language[:2].lower(), {}).get(iso, name)
    return {"id": code, "object": "country", "name": name, "iso": code}


def serialize_emotion(id: int) -> dict[str, Any]:
    """Build the response object of an emotion."""
    return {"id": id, "object": "emotion", "name": EMOTIONS[id - 1]}


def serialize_pet_category(id: int) -> dict[str, Any]:
    """Build the response object of a category of pets."""
    name = PET_CATEGORIES[id - 1]
    return {"id": id, "object": "pet_category", "name": name, "is_common": name in _COMMON_PETS}


def emotion_ids(values: list[Any]) -> tuple[list[int], bool]:
    """Return the ids of the emotions before the first that does not exist, and whether it came."""
    ids: list[int] = []
    for value in values:
        number = to_number(value)
        if not number.is_integer() or not 1 <= number <= len(EMOTIONS):
            return ids, True
        if number not in ids:
            ids.append(int(number))
    return ids, False
