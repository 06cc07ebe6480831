/** Regular expression sources of the area codes that more than one rule needs. */

/** Brazil's DDD: Anatel's numbering plan, as in the metadata of Google's libphonenumber. */
export const BRAZIL_AREA = '(?:[14689][1-9]|2[12478]|3[1-578]|5[13-5]|7[13-579])'

/** Argentina, area code and number together: ten digits from 11 (Buenos Aires), 2 or 3 (ENACOM's numbering plan). */
export const ARGENTINA_NUMBER = '(?:11|[23]\\d)\\d{8}'
