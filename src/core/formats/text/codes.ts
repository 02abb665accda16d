/** UTF-16 codes that the scanner compares with; named, so that its loops can be read. */
export const TAB = 9
export const LF = 10
export const CR = 13
export const SPACE = 32
export const QUOTE = 34
export const HASH = 35
export const SINGLE_QUOTE = 39
export const STAR = 42
export const COMMA = 44
export const MINUS = 45
export const POINT = 46
export const SLASH = 47
export const COLON = 58
export const EQUALS = 61
export const OPEN_ARRAY = 91
export const BACKSLASH = 92
export const CLOSE_ARRAY = 93
export const UNDERSCORE = 95
export const OPEN_OBJECT = 123
export const CLOSE_OBJECT = 125

export const isBreak = (code: number): boolean => code === LF || code === CR
export const isBlank = (code: number): boolean => code === SPACE || code === TAB
export const isDigit = (code: number): boolean => code >= 48 && code <= 57
export const isLetter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122)

/** True for a character that would continue a word or number: `truex`, `01`, `1.2.3`. */
export const isWordPart = (code: number): boolean =>
  isDigit(code) || isLetter(code) || code === 95 || code === 36 || code === POINT || code === MINUS || code === 43
