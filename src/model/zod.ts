import * as z from 'zod/mini'

// zod would compile each schema into code of its own at first use. That pays after hundreds of values; a command reads a
// handful of files once, and spends a tenth of its time on it. For the same reason it is the mini form: its schemas carry no
// chained methods, and so are made in half the time.
z.config({ jitless: true })

/** Shapes that many schemas use. A schema is immutable, so each is made once and shared. */
export const text = z.string()
export const filledText = z.string().check(z.minLength(1))
export const textList = z.array(text)
export const texts = z.record(text, text)
export const flag = z.boolean()
export const optionalText = z.optional(text)
export const optionalFilled = z.optional(filledText)
export const optionalList = z.optional(textList)
export const optionalTexts = z.optional(texts)
export const optionalFlag = z.optional(flag)

export { z }
