"""The currencies that Monica knows."""
# ruff: noqa: RUF001 - their names and symbols are in many scripts

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.monica.errors import not_found
from crmkit_mock.monica.listing import page_of

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.call import Call, Handler, Tree

#: Code, name and symbol by id, which is the place from 1. Recorded: there are 153, and the first
#: two are these. Assumption: which others there are, and their order.
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


def operations() -> dict[str, Handler]:
    """Return the handlers by operationId."""
    return {"currencies_list": _list, "currencies_get": _get}


def currency_shape(id: int) -> Tree:
    """Build what replies show of a currency."""
    iso, name, symbol = CURRENCIES[id - 1]
    return {"id": id, "object": "currency", "iso": iso, "name": name, "symbol": symbol}


def _list(call: Call) -> Reply:
    return page_of(call, range(1, len(CURRENCIES) + 1), currency_shape)


def _get(call: Call) -> Reply:
    id = call.number()
    if not 1 <= id <= len(CURRENCIES):
        raise not_found()
    return call.data(currency_shape(id))
