/**
 * The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038 6.2.1): what goes out at
 * 160 letters a part.
 */
const GSM_7 =
  /^[A-Za-z0-9\n\r @£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!"#¤%&'()*+,\-./:;<=>?¡ÄÖÑÜ§¿äöñüà^{}\\[\]~|€]*$/

/** Whether a text fits; one letter beside it, and the whole message goes as UCS-2. */
export function isGsm7(text: string): boolean {
  return GSM_7.test(text)
}
