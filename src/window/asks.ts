import { isDeepStrictEqual } from 'node:util'
import { isAgreed } from '../core/launch/identity.ts'
import { serverOn } from '../core/launch/side.ts'
import { serverFacts } from '../core/plan/server-facts.ts'
import { templateNames } from '../core/keys/template.ts'
import type { Situation } from '../effects/manifest/open.ts'
import type { ServerSpec } from '../model/manifest.ts'
import type { Wish } from './changes.ts'

export interface Standing extends Pick<Situation, 'manifest' | 'state' | 'lock' | 'sides'> {
  /** Servers that come with the program, as they go into a manifest. */
  readonly builtins: readonly { readonly name: string; readonly server: ServerSpec }[]
}

/** Whether all that a server starts was agreed to, or comes with the program, unchanged. */
function isKnown(server: ServerSpec, { state, lock, sides, builtins }: Standing): boolean {
  const { disabled: _, except: __, ...started } = server
  return isAgreed(state.agreed, server, sides, lock) || builtins.some(({ server: own }) => isDeepStrictEqual(own, started))
}

/** What would be on after a wish and was not agreed to by anybody yet. */
export function unagreed({ command, words }: Pick<Wish, 'command' | 'words'>, standing: Standing): [string, ServerSpec][] {
  const goes = new Set(command === 'disable' || command === 'remove' ? words : [])
  const comes = new Set(command === 'enable' ? words : [])
  return Object.entries(standing.manifest.servers).filter(([name, server]) => {
    const isOn = server.disabled !== true || comes.has(name)
    return isOn && !goes.has(name) && !isKnown(server, standing)
  })
}

/**
 * Who answers a wish. Every change of the manifest ends in a sync, which writes whatever is due, and takes all that it leaves switched on
 * as agreed. So what counts is not only what the wish is about: everything that is on afterwards must have been agreed to before.
 */
export function whoAnswers(wish: Pick<Wish, 'asks' | 'command' | 'words'>, standing: Standing | null): 'page' | 'terminal' {
  if (wish.asks !== 'launches') return wish.asks
  if (wish.command === 'add' && standing?.builtins.some(({ name }) => name === wish.words[0]) !== true) return 'terminal'
  return standing !== null && unagreed(wish, standing).length === 0 ? 'page' : 'terminal'
}

/** What it would start that nobody agreed to yet, nothing cut; keys by their names, and as dots where they stand there themselves. */
export function startsOf(wish: Pick<Wish, 'command' | 'words'>, standing: Standing): string[] {
  const lines = unagreed(wish, standing).flatMap(([name, server]) =>
    standing.sides.map((side) => {
      const facts = serverFacts(serverOn(server, side), { label: (id) => id, hidesKeys: true })
      return `${name}: ${facts
        .filter(({ kind }) => kind !== 'programs')
        .map(({ text }) => text)
        .join('; ')}`
    }),
  )
  return [...new Set(lines)]
}

/** Whether a person has agreed to all that a server starts, so that it may be started to try it. */
export function mayStart(standing: Standing, name: string): boolean {
  const { servers } = standing.manifest
  const server = Object.hasOwn(servers, name) ? servers[name] : undefined
  return server !== undefined && isKnown(server, standing)
}

const exposed = (server: ServerSpec): string[] =>
  [server, ...Object.values(server.on ?? {})].flatMap(({ command, url, args = [] }) =>
    [command, url, ...args].flatMap((text) => text ?? []),
  )

/** Servers that hold a key where other programs read it: in an argument or an address. Such a key is given at the terminal alone. */
export const exposing = ({ manifest }: Pick<Standing, 'manifest'>, key: string): string[] =>
  Object.entries(manifest.servers).flatMap(([name, server]) => (templateNames(exposed(server), 'secret').includes(key) ? [name] : []))
