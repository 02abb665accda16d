import type { Environment } from '../model/environment.ts'

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A text with every side's home folder as `~`: reports are pasted in public. In a quoted word the quote moves behind it. */
export function homely(text: string, sides: readonly Environment[]): string {
  let shown = text
  for (const { home, kind } of [...sides].sort((a, b) => b.home.length - a.home.length)) {
    if (home.length < 3) continue
    const flags = kind === 'windows' ? 'gi' : 'g'
    if (kind !== 'windows') shown = shown.replace(new RegExp(`'${escaped(home)}/`, flags), "~/'")
    // Neither a longer name nor a folder of that name somewhere else.
    shown = shown.replace(new RegExp(`(?<![\\w.~/\\\\-])${escaped(home)}(?=$|[\\\\/\\s"'),;:])`, flags), '~')
  }
  return shown
}
