import { callingCodeOf } from './calling-code-of.ts'

/**
 * Numbers that regulators keep for fiction and examples, so that nobody is called. By calling code: the digits after it.
 */
const RESERVED: Readonly<Record<string, RegExp>> = {
  // NANPA, 555 line numbers: 555-0100 to 555-0199, in every area code.
  '1': /^[2-9]\d{2}55501\d{2}$/,
  // ARCEP, plan national de numérotation (décision 2018-0881): numbers for audiovisual works, 10,000 each.
  '33': /^(?:19900|26191|35301|46571|53649|63998)\d{4}$/,
  // Ofcom, "Numbers for drama": cities, London, Tyneside, Northern Ireland, Cardiff, no area; mobile, freephone,
  // premium rate, UK-wide; 1,000 each.
  '44': new RegExp(
    '^(?:(?:11[3-8]|121|131|141|151|161)4960|2079460|1914980|2896496|2920180|1632960|' +
      '7700900|8081570|9098790|3069990)\\d{3}$',
  ),
  // Bundesnetzagentur, Mitteilung 148/2021: Berlin, Frankfurt, Hamburg, Cologne, Munich; 1,000 each.
  '49': /^(?:3023125|6990009|4066969|2214710|8999998)\d{3}$/,
  // ACMA, "Phone numbers for use in TV shows, films and creative works": thirty mobile numbers.
  '61': new RegExp(
    '^49157(?:0006|0110|015[6-9]|0313|0737|1266|1491|1804|2549|2665|2983|3087|3770|4118|4632|' +
      '5254|5789|6398|6801|7426|7644|8148|8888|8957|9212|9455|9760)$',
  ),
}

/**
 * Is this one of the numbers that belong to nobody, as `+1 202 555 0123`? Takes E.164, with or without the plus, or
 * printed in groups by `formatPhone`. Never throws.
 */
export function isReservedExample(e164: string): boolean {
  if (typeof e164 !== 'string' || e164.length > 100) return false
  const digits = /^\+?([1-9]\d{6,14})$/.exec(e164.replace(/[ ().-]/g, ''))?.[1]
  if (digits === undefined) return false
  const code = callingCodeOf(digits)
  return RESERVED[code]?.test(digits.slice(code.length)) === true
}
