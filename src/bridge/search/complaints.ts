import type { TextQuery } from './ripgrep.ts'

/** Files and folders that may not be read, as ripgrep says of each on Linux, macOS (1, 13) and Windows (5). */
const unreadable = /\(os error (1|13|5)\)$/
/** Trouble with one file, not with the search. */
const about = /\(os error \d+\)$/

/** Collects ripgrep's error messages while it runs. */
export class Complaints {
  private rest = ''
  private kept = ''
  /** Files and folders that could not be read. */
  unreadable = 0

  push(chunk: string): void {
    const lines = (this.rest + chunk).split('\n')
    this.rest = lines.pop() ?? ''
    for (const line of lines) this.take(line)
  }

  /** Ends the input. */
  end(): void {
    this.take(this.rest)
    this.rest = ''
  }

  /** What is wrong with the search itself; '' when nothing. */
  get text(): string {
    return this.kept.replace(/^rg: /gm, '').trim()
  }

  private take(line: string): void {
    if (unreadable.test(line)) this.unreadable++
    else if (!about.test(line) && this.kept.length < 2000) this.kept += `${line.slice(0, 6000)}\n`
  }
}

/** What ripgrep's parser of patterns says, and what it means. */
const meanings: readonly (readonly [said: RegExp, means: string])[] = [
  [/look-around/, 'it looks ahead or behind, such as (?=…), which this search does not know'],
  [/backreferences/, 'it refers back, such as \\1, which this search does not know'],
  [/literal .* is not allowed/, 'it holds a line break, and lines are searched one by one'],
  [/size limit/, 'written out, its repetitions are over the size limit; make them smaller'],
  [/unclosed group/, 'its "(" is never closed'],
  [/unopened group/, 'its ")" closes nothing'],
  [/unclosed character class/, 'its "[" is never closed'],
  [/character class range/, 'a range in its "[…]" begins behind its end'],
  [/repetition operator missing/, 'a *, +, ? or {…} in it has nothing to repeat'],
  [/repetition count range/, 'a {…} in it begins behind its end'],
  [/repetition/, 'a "{" in it is no repetition; \\{ is the character'],
  [/escape sequence/, 'a "\\" in it is followed by what has no meaning'],
  [/Unicode/, 'it names a property of characters that does not exist'],
  [/flag/, 'its (?…) names no flag that this search knows'],
]

/** Why ripgrep refused a pattern, with the character if ripgrep names one. */
export function patternTrouble(said: string, { pattern, literal }: TextQuery): string {
  const [, reason = said] = /^error: (.*)/m.exec(said) ?? []
  const [, means = 'it is no regular expression that this search knows'] = meanings.find(([each]) => each.test(reason)) ?? []
  // ripgrep prints the pattern in `(?:…)`, indented by four blanks, and an arrow below it.
  const [, blanks] = /\n {4}\(\?:.*\n {4}( *)\^/.exec(said) ?? []
  const place = blanks === undefined ? 0 : blanks.length - 2
  const where = place > 0 && place <= pattern.length ? ` (character ${place})` : ''
  const shown = pattern.length > 200 ? `${pattern.slice(0, 200)}…` : pattern
  return `The pattern ${JSON.stringify(shown)} is not valid: ${means}${where}.${literal ? '' : ' Set literal to true to search for it as plain text.'}`
}
