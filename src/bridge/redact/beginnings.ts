import { createHash, createHmac } from 'node:crypto'
import type { Form } from './form.ts'

/** Fewer characters are in so many texts that holding them back would hide ordinary words, and tell nothing of a key. */
const least = 4
/** Wrong guesses are looked at within so many characters: who knows more of a key needs no guesses. */
const guessed = 256

/** How texts that go on may begin keys. */
export interface Beginnings {
  /** Characters at the end of a text that may be the beginning of a key; 0 for fewer than four. */
  longestAtEnd(text: string): number
}

/**
 * Holding back what begins a key must not tell a guesser, who prints one character more each time, that the guess was
 * right. So behind its first four characters every fourth wrong continuation is held back too, always the same ones, and
 * so is every fourth that follows on such a one: only the whole key tells right from wrong.
 */
export function beginningsOf(forms: readonly Form[]): Beginnings {
  const seed = createHash('sha256')
    .update(
      forms
        .map(({ text }) => text)
        .sort()
        .join('\0'),
    )
    .digest()
  const heads = new Map<string, Form[]>()
  for (const form of forms) {
    const head = form.text.slice(0, least)
    heads.set(head, [...(heads.get(head) ?? []), form])
  }
  const passes = (guess: string): boolean => ((createHmac('sha256', seed).update(guess).digest()[0] ?? 0) & 3) === 0
  const held = (guess: string): boolean => {
    const alike = heads.get(guess.slice(0, least))?.filter(({ text }) => text.length > guess.length) ?? []
    if (alike.length === 0) return false
    const right = Math.max(...alike.map(({ text }) => sameBeginning(text, guess)))
    for (let length = right + 1; length <= guess.length; length++) if (!passes(guess.slice(0, length))) return false
    return true
  }
  return {
    longestAtEnd(text) {
      const sure = Math.max(0, ...forms.map((form) => form.begunAtEndOf(text)))
      for (let length = Math.min(guessed, text.length); length > Math.max(sure, least); length--)
        if (held(text.slice(-length))) return length
      return sure < least ? 0 : sure
    },
  }
}

function sameBeginning(one: string, other: string): number {
  let at = 0
  while (at < one.length && at < other.length && one[at] === other[at]) at++
  return at
}
