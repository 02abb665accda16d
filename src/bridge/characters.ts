/** True when a cut before `at` would part the two halves of one character. */
export const partsOne = (text: string, at: number): boolean => isHalf(text, at - 1, 0xd800) && isHalf(text, at, 0xdc00)

const isHalf = (text: string, at: number, kind: number): boolean => (text.charCodeAt(at) & 0xfc00) === kind

/** Where a text of at most `most` UTF-16 units ends, so that no character is parted. */
export const cutAt = (text: string, most: number): number => (partsOne(text, most) ? most - 1 : most)
