import { createHash, createHmac } from 'node:crypto'
import { foldedText } from './literal.ts'
import { headLength, type Matcher } from './matcher.ts'

/** Wrong guesses of a key are held back too, up to this many characters: somebody who knows more of a key need not guess. */
const guessed = 256

/**
 * How texts that go on may begin keys. Holding back what begins a key must not tell a guesser, who prints one character
 * more each time, that the guess was right. So behind its first four characters every fourth wrong continuation is held
 * back too, always the same ones, and so is every fourth that follows on such a one: only the whole key tells right from
 * wrong. Fewer than four characters are in so many texts that holding them back would hide ordinary words, and tell nothing.
 */
export class Beginnings {
  private readonly matcher: Matcher
  private readonly seed: Buffer

  constructor(matcher: Matcher, keys: readonly string[]) {
    this.matcher = matcher
    this.seed = createHash('sha256')
      .update([...keys].sort().join('\0'))
      .digest()
  }

  /** Characters at the end of a text that may be the beginning of a key; 0 for fewer than four. */
  longestAtEnd(whole: string): number {
    const text = foldedText(whole.slice(-this.matcher.longest))
    const begun = this.matcher.beginningIn(text, 0, text.length - headLength + 1)
    const sure = begun.reduce((most, literal) => Math.max(most, literal.begunAtEndOf(text)), 0)
    for (let length = Math.min(guessed, text.length); length > Math.max(sure, headLength); length--)
      if (this.held(text.slice(-length))) return length
    return sure < headLength ? 0 : sure
  }

  private held(guess: string): boolean {
    const alike = this.matcher
      .beginningIn(guess, 0, 1)
      .filter(({ text }) => text.length > guess.length && text.startsWith(guess.slice(0, headLength)))
    if (alike.length === 0) return false
    const right = alike.reduce((most, { text }) => Math.max(most, sameBeginning(text, guess)), 0)
    for (let length = right + 1; length <= guess.length; length++) if (!this.passes(guess.slice(0, length))) return false
    return true
  }

  private passes(guess: string): boolean {
    return ((createHmac('sha256', this.seed).update(guess).digest()[0] ?? 0) & 3) === 0
  }
}

function sameBeginning(one: string, other: string): number {
  let at = 0
  while (at < one.length && at < other.length && one[at] === other[at]) at++
  return at
}
