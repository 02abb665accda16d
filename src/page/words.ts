import { about } from './state.ts'

export const sideWord = (id: string): string => about.value?.environments[id] ?? id
export const clientWord = (id: string): string => about.value?.clients[id] ?? id

const marks: Readonly<Record<string, string>> = {
  'in sync': '✓',
  shared: '✓',
  off: '·',
  'not here': '–',
  unmanaged: '?',
  'file is read-only': '✗',
  'file is not writable': '✗',
  'file is broken': '✗',
}

/** The address of a server's screen. */
export const addressOf = (name: string): string => `#/servers/${encodeURIComponent(name)}`
/** A program on its side. */
export const headOf = ({ client, environment }: { readonly client: string; readonly environment: string }): string =>
  `${clientWord(client)}, ${sideWord(environment)}`
/** About how much of a conversation it takes. */
export const tokenWords = (count: number | null | undefined): string => (count == null ? '' : `~${count.toLocaleString('en')}`)

/** Whom something is for. */
export const receiverWord = (to: string | null): string => (to === null || to === 'any' ? 'any program' : clientWord(to))

/** A mark beside each word, so that colour never says anything alone. */
export const markOf = (state: string): string => marks[state] ?? '!'
export const toneOf = (state: string): string => ({ '✓': 'fine', '!': 'warn', '✗': 'bad' })[markOf(state)] ?? 'quiet'

/** States that are as they should be. */
export const isQuiet = (state: string): boolean => ['in sync', 'shared', 'off', 'not here'].includes(state)

/** The names in an address; one that is not spelled as a browser spells it stands for itself. */
export const namesIn = (address: string): string[] =>
  address.split('/').map((part) => {
    try {
      return decodeURIComponent(part)
    } catch {
      return part
    }
  })

/** A moment by the clock of this computer, in one piece. */
export const whenWords = (ms: number): string => new Date(ms).toLocaleString('sv').slice(0, 16).replace(' ', '\u00a0')
