import { isDeepStrictEqual } from 'node:util'
import { isAgreed } from '../core/launch/identity.ts'
import { serverOn } from '../core/launch/side.ts'
import { serverFacts } from '../core/plan/server-facts.ts'
import { templateNames } from '../core/keys/template.ts'
import type { Situation } from '../effects/manifest/open.ts'
import type { Afterwards } from '../model/afterwards.ts'
import type { ServerSpec } from '../model/manifest.ts'
import type { Wish } from './changes.ts'

export interface Standing extends Pick<Situation, 'manifest' | 'state' | 'lock' | 'sides'> {
  /** Servers that come with the program, as they go into a manifest. */
  readonly builtins: readonly { readonly name: string; readonly server: ServerSpec }[]
}

/** Whether all that a server starts was agreed to, or comes with the program, unchanged. */
function isKnown(
  server: ServerSpec,
  { state, lock, sides, builtins }: Pick<Standing, 'lock' | 'sides' | 'builtins'> & Pick<Afterwards, 'state'>,
): boolean {
  // Where it is started, and whether at all, brings nothing new.
  const { disabled: _, only: __, except: ___, machines: ____, ...started } = server
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

/** What a plan brings that nobody agreed to yet, nothing cut; keys by their names, and as dots where they stand there themselves. */
export function broughtBy(after: Afterwards, builtins: Standing['builtins']): string[] {
  const on = Object.entries(after.manifest.servers).filter(([, server]) => server.disabled !== true)
  const unknown = on.filter(([, server]) => !isKnown(server, { ...after, builtins }))
  return [...linesOf(unknown, after.sides), ...after.foreign]
}

/**
 * Who answers a wish. Every change of the manifest ends in a sync, which writes whatever is due, and takes all that it leaves switched on
 * as agreed. So what counts is not only what the wish is about: everything that is on afterwards must have been agreed to before.
 * `brought`: what its plan was found to bring besides; null: nothing tells.
 */
export function whoAnswers(
  wish: Pick<Wish, 'asks' | 'command' | 'words'>,
  standing: Standing | null,
  brought: readonly string[] | null = null,
): 'page' | 'terminal' {
  if (wish.asks === 'page' || wish.asks === 'terminal') return wish.asks
  if (brought !== null && brought.length > 0) return 'terminal'
  // Whatever is there now: it may go, and something else may come.
  if (wish.asks === 'afterwards') return standing === null || brought === null ? 'terminal' : 'page'
  if (wish.command === 'add' && standing?.builtins.some(({ name }) => name === wish.words[0]) !== true) return 'terminal'
  return standing !== null && unagreed(wish, standing).length === 0 ? 'page' : 'terminal'
}

/** What it would start that nobody agreed to yet, nothing cut; keys by their names, and as dots where they stand there themselves. */
export const startsOf = (wish: Pick<Wish, 'command' | 'words'>, standing: Standing): string[] =>
  linesOf(unagreed(wish, standing), standing.sides)

function linesOf(servers: readonly (readonly [string, ServerSpec])[], sides: Standing['sides']): string[] {
  const lines = servers.flatMap(([name, server]) =>
    sides.map((side) => {
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
