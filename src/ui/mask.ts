const DOTS = '••••••••'
/** Values shorter than this are too common in ordinary text to be replaced everywhere. */
const SHORTEST = 6

/** All the ways in which a value may turn up in a text that we print. */
function spellings(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8')
  const json = JSON.stringify(value).slice(1, -1)
  return [value, json, encodeURIComponent(value), bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')]
}

/** Replaces every hidden value, in all its usual encodings, by dots. The last wall: texts should not hold keys at all. */
export class Mask {
  private readonly hidden = new Set<string>()
  private ordered: string[] = []

  hide(value: string): void {
    if (value.length < SHORTEST) return
    for (const spelling of spellings(value)) this.hidden.add(spelling)
    this.ordered = [...this.hidden].sort((a, b) => b.length - a.length)
  }

  apply(text: string): string {
    let masked = text
    for (const value of this.ordered) if (masked.includes(value)) masked = masked.split(value).join(DOTS)
    return masked
  }
}
