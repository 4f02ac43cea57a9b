/** The letters of the GSM 7-bit default alphabet (3GPP TS 23.038) that a name may keep. */
const GSM_7 = /[A-Za-z0-9 @£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!"#¤%&'()*+,\-./:;<=>?¡ÄÖÑÜ§¿äöñüà]/

/**
 * The message: one part of at most 160 GSM-7 letters, whose last line phones take as "this code, on
 * this domain only" (origin-bound one-time codes), so that a look-alike page gets nothing filled
 * in.
 */
export function smsText(issuer: string, code: string, originDomain: string | undefined): string {
  const bound = originDomain === undefined ? '' : `\n\n@${originDomain} #${code}`
  const around = [`${code} is your `, ' code. Do not share it with anyone.'] as const
  const room = 160 - bound.length - around.join('').length
  const name = gsm7(issuer).slice(0, room).trim()
  return (name === '' ? around.map((part) => part.trim()).join(' ') : around.join(name)) + bound
}

function gsm7(text: string): string {
  const kept = Array.from(text.normalize('NFC'), (letter) =>
    GSM_7.test(letter) ? letter : letter.normalize('NFKD').replace(/[^A-Za-z0-9]/g, ''),
  )
  return kept.join('').replace(/ +/g, ' ')
}
