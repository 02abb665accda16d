import { limits } from '../base/limits.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
/** Brackets and braces differ in this bit alone. */
const KIND = 0x20
const OPEN = 0x7b
const CLOSE = 0x7d

/** Where a string ends that begins at a place of JSON text; the text's end where it does not. */
function endOfString(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(QUOTE, start + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    let slashes = 0
    while (bytes[at - 1 - slashes] === BACKSLASH) slashes++
    if (slashes % 2 === 0) return at
  }
  return bytes.length
}

/**
 * Why a message is not read, though it may be JSON; null when it is. What is nested deeper than any message of the protocol
 * would end in the middle of code that walks it by calling itself, and so many values would keep every other client waiting.
 * Its text is looked at without being parsed.
 */
export function shapeTrouble(bytes: Buffer): string | null {
  let depth = 0
  let values = 0
  let names = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === QUOTE) at = endOfString(bytes, at)
    else if (byte === COMMA) values++
    else if (byte === COLON) names++
    else if ((byte | KIND) === OPEN) depth++
    else if ((byte | KIND) === CLOSE) depth--
    if (depth > limits.messageNesting) return `The message is nested more than ${limits.messageNesting} levels deep.`
    if (values > limits.messageValues) return `The message holds more than ${limits.messageValues} values.`
    if (names > limits.messageNames) return `The message holds more than ${limits.messageNames} names.`
  }
  return null
}
