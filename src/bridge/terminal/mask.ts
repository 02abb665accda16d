import { cutAt } from '../base/text.ts'

/** Removes keys from a text of which only a part is shown; implemented by Redaction. */
export interface TextMask {
  /** Characters around a part that may belong to a key which reaches into it. */
  readonly longest: number
  /** The characters from `from` to `to`, without those of keys. */
  part(text: string, from: number, to: number): string
  /** Number of characters at the end of an incomplete text that may begin a key. */
  begun(text: string): number
}

/** The first characters of a text, without keys: cut first, a key would not be known as one. */
export const beginning = (text: string, most: number, mask: TextMask): string => mask.part(text, 0, cutAt(text, most))
