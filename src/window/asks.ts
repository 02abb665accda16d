import { isAgreed } from '../core/launch/identity.ts'
import { serverOn } from '../core/launch/side.ts'
import { serverFacts } from '../core/plan/server-facts.ts'
import { templateNames } from '../core/keys/template.ts'
import type { Situation } from '../effects/manifest/open.ts'
import type { ServerSpec } from '../model/manifest.ts'
import type { Wish } from './changes.ts'

export type Standing = Pick<Situation, 'manifest' | 'state' | 'lock' | 'sides'>

/** What would be on after a wish and was not agreed to by anybody yet. */
function unagreed({ command, words }: Pick<Wish, 'command' | 'words'>, { manifest, state, lock, sides }: Standing): [string, ServerSpec][] {
  const goes = new Set(command === 'disable' || command === 'remove' ? words : [])
  const comes = new Set(command === 'enable' ? words : [])
  return Object.entries(manifest.servers).filter(([name, server]) => {
    const isOn = server.disabled !== true || comes.has(name)
    return isOn && !goes.has(name) && !isAgreed(state.agreed, server, sides, lock)
  })
}

/**
 * Who answers a wish. Every change of the manifest ends in a sync, which writes whatever is due, and takes all that it leaves switched on
 * as agreed. So what counts is not only what the wish is about: everything that is on afterwards must have been agreed to before.
 */
export function whoAnswers(wish: Pick<Wish, 'asks' | 'command' | 'words'>, standing: Standing | null): 'page' | 'terminal' {
  if (wish.asks !== 'launches') return wish.asks
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
export function mayStart({ manifest, state, lock, sides }: Standing, name: string): boolean {
  const server = Object.hasOwn(manifest.servers, name) ? manifest.servers[name] : undefined
  return server !== undefined && isAgreed(state.agreed, server, sides, lock)
}

const exposed = (server: ServerSpec): string[] =>
  [server, ...Object.values(server.on ?? {})].flatMap(({ command, url, args = [] }) =>
    [command, url, ...args].flatMap((text) => text ?? []),
  )

/** Servers that hold a key where other programs read it: in an argument or an address. Such a key is given at the terminal alone. */
export const exposing = ({ manifest }: Pick<Standing, 'manifest'>, key: string): string[] =>
  Object.entries(manifest.servers).flatMap(([name, server]) => (templateNames(exposed(server), 'secret').includes(key) ? [name] : []))
