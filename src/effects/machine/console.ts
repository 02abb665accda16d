/** The upper halves of the two old code pages that western Windows consoles use, from byte 0x80 on. */
const codePages = {
  850: 'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0',
  437: 'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
} as const

const fromCodePage = (bytes: Uint8Array, page: keyof typeof codePages): string =>
  Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : (codePages[page][byte - 0x80] ?? '\ufffd'))).join('')

const letters = (text: string): number => text.match(/[^\p{ASCII}\P{L}]/gu)?.length ?? 0

/** UTF-16 of text that is mostly ASCII has a zero in every second byte, and nothing else has. */
function isUtf16(bytes: Uint8Array): boolean {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return true
  const pairs = Math.floor(bytes.length / 2)
  if (pairs === 0) return false
  let high = 0
  let low = 0
  for (let at = 0; at < pairs * 2; at += 2) {
    if (bytes[at] === 0) low += 1
    if (bytes[at + 1] === 0) high += 1
  }
  return high * 4 >= pairs && low * 4 < high
}

/**
 * Decodes what a Windows program printed, as text with `\n` line ends and without a byte order mark. `wsl.exe` and `cmd /u` print
 * UTF-16LE, sometimes without a mark (microsoft/WSL#4607), others UTF-8 or the code page of the console. Bytes that are
 * neither UTF become the code page that makes most letters of them: 850, else 1252, else 437.
 */
export function decodeConsole(bytes: Uint8Array): string {
  const lines = (text: string): string => text.replace(/^\ufeff/, '').replace(/\r+\n/g, '\n')
  if (isUtf16(bytes)) return lines(new TextDecoder('utf-16le').decode(bytes.subarray(0, bytes.length - (bytes.length % 2))))
  try {
    return lines(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  const candidates = [fromCodePage(bytes, 850), new TextDecoder('windows-1252').decode(bytes), fromCodePage(bytes, 437)]
  return lines(candidates.reduce((best, text) => (letters(text) > letters(best) ? text : best)))
}
