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

/** A mark beside each word, so that colour never says anything alone. */
export const markOf = (state: string): string => marks[state] ?? '!'
export const toneOf = (state: string): string => ({ '✓': 'fine', '!': 'warn', '✗': 'bad' })[markOf(state)] ?? 'quiet'

/** States that are as they should be. */
export const isQuiet = (state: string): boolean => ['in sync', 'shared', 'off', 'not here'].includes(state)

/** A moment by the clock of this computer, in one piece. */
export const whenWords = (ms: number): string => new Date(ms).toLocaleString('sv').slice(0, 16).replace(' ', '\u00a0')
