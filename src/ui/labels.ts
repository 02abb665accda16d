import type { ClientDefinition } from '../model/client.ts'
import type { Environment, World } from '../model/environment.ts'
import { endsInCommand } from './shell-words.ts'
import type { Labels } from './steps.ts'

/** The home folder at the start of a path as `~`: reports are pasted in public. */
export function tilde(path: string, home: string): string {
  const below = path.toLowerCase().startsWith(home.toLowerCase()) ? path.slice(home.length) : null
  return below !== null && (below === '' || /^[\\/]/.test(below)) ? `~${below}` : path
}

const names = { windows: 'Windows', linux: 'Linux', macos: 'macOS', wsl: 'WSL' } as const

/** Names as a person uses them, for one world and the known clients. */
export function labelsFor(world: World, clients: readonly ClientDefinition[]): Labels {
  const side = (id: string) => world.environments.find((each) => each.id === id)
  return {
    environment: (id) => {
      const found = side(id)
      return found === undefined ? id : (found.label ?? found.distro ?? names[found.kind])
    },
    client: (id) => clients.find((client) => client.id === id)?.label ?? id,
    file: (environment, file) => {
      const found = side(environment)
      return found === undefined || found.kind === 'windows' ? file : tilde(file, found.home)
    },
    text: (text) => abbreviateHome(text, world.environments),
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/**
 * A text with every side's home folder as `~`: reports are pasted in public. A shell takes no `~` in quotes for the home folder, so that in a
 * command the single quote moves behind it (`~/'a b'`), and what is in double quotes or behind `--flag=` stays whole.
 */
export function abbreviateHome(text: string, sides: readonly { readonly home: string; readonly kind: Environment['kind'] }[]): string {
  let shown = text
  for (const { home, kind } of [...sides].sort((a, b) => b.home.length - a.home.length)) {
    if (home.length < 3) continue
    const flags = kind === 'windows' ? 'gi' : 'g'
    // Neither a longer name nor a folder of that name somewhere else.
    const found = new RegExp(`(?<![\\w.~/\\\\-])(['"]?)${escaped(home)}(?:([\\\\/])|(?=$|[\\s"'),;:]))`, flags)
    shown = shown.replace(found, (whole, quote: string, slash = '', at: number) => {
      const before = shown.slice(0, at)
      if (!endsInCommand(before)) return `${quote}~${slash}`
      if (quote === '') return /--[\w-]+=$/.test(before) ? whole : `~${slash}`
      return quote === "'" && slash === '/' ? `~/${quote}` : whole
    })
  }
  return shown
}
