"""Tables that no request changes: currencies, countries, emotions, pet categories."""
# ruff: noqa: RUF001 - the names and symbols of currencies are in many scripts

from __future__ import annotations

from typing import Any

#: Code, name and symbol; the id is the position, counted from 1. Recorded: there are 153, and the
#: first two are these. Assumption: which others there are, and their order.
CURRENCIES: list[tuple[str, str, str]] = [
    (code, name, symbol)
    for line in """
CAD|Canadian Dollar|$
USD|US Dollar|$
GBP|British Pound|£
EUR|Euro|€
RUB|Russian Ruble|₽
AED|UAE Dirham|د.إ
AFN|Afghan Afghani|؋
ALL|Albanian Lek|L
AMD|Armenian Dram|֏
ANG|Netherlands Antillean Guilder|ƒ
AOA|Angolan Kwanza|Kz
ARS|Argentine Peso|$
AUD|Australian Dollar|$
AWG|Aruban Florin|ƒ
AZN|Azerbaijani Manat|₼
BAM|Convertible Mark|KM
BBD|Barbadian Dollar|$
BDT|Bangladeshi Taka|৳
BGN|Bulgarian Lev|лв
BHD|Bahraini Dinar|.د.ب
BIF|Burundian Franc|FBu
BMD|Bermudian Dollar|$
BND|Brunei Dollar|$
BOB|Bolivian Boliviano|Bs
BRL|Brazilian Real|R$
BSD|Bahamian Dollar|$
BTN|Bhutanese Ngultrum|Nu.
BWP|Botswana Pula|P
BYN|Belarusian Ruble|Br
BZD|Belize Dollar|$
CDF|Congolese Franc|FC
CHF|Swiss Franc|CHF
CLP|Chilean Peso|$
CNY|Chinese Yuan|¥
COP|Colombian Peso|$
CRC|Costa Rican Colón|₡
CUC|Cuban Convertible Peso|$
CUP|Cuban Peso|$
CVE|Cape Verdean Escudo|$
CZK|Czech Koruna|Kč
DJF|Djiboutian Franc|Fdj
DKK|Danish Krone|kr
DOP|Dominican Peso|$
DZD|Algerian Dinar|د.ج
EGP|Egyptian Pound|£
ERN|Eritrean Nakfa|Nfk
ETB|Ethiopian Birr|Br
FJD|Fijian Dollar|$
FKP|Falkland Islands Pound|£
GEL|Georgian Lari|₾
GHS|Ghanaian Cedi|₵
GIP|Gibraltar Pound|£
GMD|Gambian Dalasi|D
GNF|Guinean Franc|FG
GTQ|Guatemalan Quetzal|Q
GYD|Guyanese Dollar|$
HKD|Hong Kong Dollar|$
HNL|Honduran Lempira|L
HRK|Croatian Kuna|kn
HTG|Haitian Gourde|G
HUF|Hungarian Forint|Ft
IDR|Indonesian Rupiah|Rp
ILS|Israeli New Shekel|₪
INR|Indian Rupee|₹
IQD|Iraqi Dinar|ع.د
IRR|Iranian Rial|﷼
ISK|Icelandic Króna|kr
JMD|Jamaican Dollar|$
JOD|Jordanian Dinar|د.ا
JPY|Japanese Yen|¥
KES|Kenyan Shilling|Sh
KGS|Kyrgyzstani Som|с
KHR|Cambodian Riel|៛
KMF|Comorian Franc|CF
KPW|North Korean Won|₩
KRW|South Korean Won|₩
KWD|Kuwaiti Dinar|د.ك
KYD|Cayman Islands Dollar|$
KZT|Kazakhstani Tenge|₸
LAK|Lao Kip|₭
LBP|Lebanese Pound|ل.ل
LKR|Sri Lankan Rupee|Rs
LRD|Liberian Dollar|$
LSL|Lesotho Loti|L
LYD|Libyan Dinar|ل.د
MAD|Moroccan Dirham|د.م.
MDL|Moldovan Leu|L
MGA|Malagasy Ariary|Ar
MKD|Macedonian Denar|ден
MMK|Myanmar Kyat|K
MNT|Mongolian Tögrög|₮
MOP|Macanese Pataca|P
MRU|Mauritanian Ouguiya|UM
MUR|Mauritian Rupee|Rs
MVR|Maldivian Rufiyaa|Rf
MWK|Malawian Kwacha|MK
MXN|Mexican Peso|$
MYR|Malaysian Ringgit|RM
MZN|Mozambican Metical|MT
NAD|Namibian Dollar|$
NGN|Nigerian Naira|₦
NIO|Nicaraguan Córdoba|C$
NOK|Norwegian Krone|kr
NPR|Nepalese Rupee|Rs
NZD|New Zealand Dollar|$
OMR|Omani Rial|ر.ع.
PAB|Panamanian Balboa|B/.
PEN|Peruvian Sol|S/
PGK|Papua New Guinean Kina|K
PHP|Philippine Peso|₱
PKR|Pakistani Rupee|Rs
PLN|Polish Złoty|zł
PYG|Paraguayan Guaraní|₲
QAR|Qatari Riyal|ر.ق
RON|Romanian Leu|lei
RSD|Serbian Dinar|дин
RWF|Rwandan Franc|FRw
SAR|Saudi Riyal|ر.س
SBD|Solomon Islands Dollar|$
SCR|Seychellois Rupee|Rs
SDG|Sudanese Pound|ج.س.
SEK|Swedish Krona|kr
SGD|Singapore Dollar|$
SHP|Saint Helena Pound|£
SLL|Sierra Leonean Leone|Le
SOS|Somali Shilling|Sh
SRD|Surinamese Dollar|$
SSP|South Sudanese Pound|£
STN|São Tomé and Príncipe Dobra|Db
SYP|Syrian Pound|£
SZL|Swazi Lilangeni|L
THB|Thai Baht|฿
TJS|Tajikistani Somoni|ЅМ
TMT|Turkmenistan Manat|m
TND|Tunisian Dinar|د.ت
TOP|Tongan Paʻanga|T$
TRY|Turkish Lira|₺
TTD|Trinidad and Tobago Dollar|$
TWD|New Taiwan Dollar|$
TZS|Tanzanian Shilling|Sh
UAH|Ukrainian Hryvnia|₴
UGX|Ugandan Shilling|Sh
UYU|Uruguayan Peso|$
UZS|Uzbekistani Som|soʻm
VES|Venezuelan Bolívar|Bs
VND|Vietnamese Đồng|₫
VUV|Vanuatu Vatu|Vt
WST|Samoan Tālā|T
XAF|Central African CFA Franc|Fr
XOF|West African CFA Franc|Fr
YER|Yemeni Rial|﷼
ZAR|South African Rand|R
ZMW|Zambian Kwacha|ZK
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
#: Names of emotions; the id is the position, counted from 1. Recorded: the first three.
#: Assumption: the others follow the same tree, that of Parrott's emotions.
EMOTIONS = (
    *("adoration", "affection", "love", "fondness", "liking", "attraction", "caring"),
    *("tenderness", "compassion", "sentimentality", "arousal", "desire", "lust", "passion"),
    *("infatuation", "longing", "amusement", "bliss", "cheerfulness", "gaiety", "glee"),
    *("jolliness", "joviality", "joy", "delight", "enjoyment", "gladness", "happiness"),
    *("jubilation", "elation", "satisfaction", "ecstasy", "euphoria", "enthusiasm", "zeal"),
    *("zest", "excitement", "thrill", "exhilaration", "contentment", "pleasure", "pride"),
    *("triumph", "eagerness", "hope", "optimism", "enthrallment", "rapture", "relief"),
    *("amazement", "surprise", "astonishment", "aggravation", "irritation", "agitation"),
    *("annoyance", "grouchiness", "grumpiness", "exasperation", "frustration", "anger", "rage"),
    *("outrage", "fury", "wrath", "hostility", "ferocity", "bitterness", "hate", "loathing"),
    *("scorn", "spite", "vengefulness", "dislike", "resentment", "disgust", "revulsion"),
    *("contempt", "envy", "jealousy", "torment", "agony", "suffering", "hurt", "anguish"),
    *("depression", "despair", "hopelessness", "gloom", "glumness", "sadness", "unhappiness"),
    *("grief", "sorrow", "woe", "misery", "melancholy", "dismay", "disappointment"),
    *("displeasure", "guilt", "shame", "regret", "remorse", "alienation", "isolation"),
    *("neglect", "loneliness", "rejection", "homesickness", "defeat", "dejection"),
    *("insecurity", "embarrassment", "humiliation", "insult", "pity", "sympathy", "alarm"),
    *("shock", "fear", "fright", "horror", "terror", "panic", "hysteria", "mortification"),
    *("anxiety", "nervousness", "tenseness", "uneasiness", "apprehension", "worry"),
    *("distress", "dread"),
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
    return {"id": iso, "object": "country", "name": name, "iso": iso}


def serialize_emotion(id: int) -> dict[str, Any]:
    """Build the response object of an emotion."""
    return {"id": id, "object": "emotion", "name": EMOTIONS[id - 1]}


def serialize_pet_category(id: int) -> dict[str, Any]:
    """Build the response object of a category of pets."""
    name = PET_CATEGORIES[id - 1]
    return {"id": id, "object": "pet_category", "name": name, "is_common": name in _COMMON_PETS}


def are_emotions(ids: list[int]) -> bool:
    """Return whether there is an emotion for each id."""
    return all(1 <= id <= len(EMOTIONS) for id in ids)
