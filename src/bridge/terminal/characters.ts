import type { Mask } from './mask.ts'

/** True when a cut before `at` would part the two halves of one character. */
export const partsOne = (text: string, at: number): boolean => isHalf(text, at - 1, 0xd800) && isHalf(text, at, 0xdc00)

const isHalf = (text: string, at: number, kind: number): boolean => (text.charCodeAt(at) & 0xfc00) === kind

/** The first characters of a text, without keys: cut first, a key would not be known as one. */
export const beginning = (text: string, most: number, mask: Mask): string => mask.part(text, 0, partsOne(text, most) ? most - 1 : most)
