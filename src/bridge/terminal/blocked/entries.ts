import type { Word } from './word.ts'

/** The name of a program as lists of blocked commands have it: without its folder, what Windows ends names with, and zsh's `=`. */
export const bare = (text: string): string => (text.split(/[\\/]/).at(-1) ?? '').toLowerCase().replace(/^=|\.(exe|com|bat|cmd|ps1)$/g, '')

interface Entry {
  readonly text: string
  readonly program: string
  readonly rest: readonly string[]
}

/** What a family of programs is told apart by: a version, a file system. */
const kind = /^\.(\d[\d.]*|ext\d|\w*fs|\w*fat|minix|msdos)$/

/** `mkfs` stands for `mkfs.ext4` too, but a script or a file that somebody called `format.sh` is none of the listed programs. */
const isOf = (name: string, program: string): boolean =>
  name === program || (name.startsWith(program) && kind.test(name.slice(program.length)))

/** Lists taken apart: a bridge has one, and every word of every command is held against it. */
const apart = new WeakMap<readonly string[], readonly Entry[]>()

function entriesOf(blocked: readonly string[]): readonly Entry[] {
  const known = apart.get(blocked)
  if (known !== undefined) return known
  const entries = blocked.map((text) => {
    const [program = '', ...rest] = text.trim().split(/\s+/)
    return { text, program: bare(program), rest }
  })
  apart.set(blocked, entries)
  return entries
}

/** The blocked entry that a command, or the part of it from `index` on, begins with. */
export function blockedBy(words: readonly Word[], index: number, blocked: readonly string[]): string | null {
  const name = bare(words[index]?.text ?? '')
  const found = entriesOf(blocked).find(
    ({ program, rest }) => isOf(name, program) && rest.every((word, at) => words[index + 1 + at]?.text === word),
  )
  return found?.text ?? null
}
