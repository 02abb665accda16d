import { createHash } from 'node:crypto'
import type { Environment } from '../../model/environment.ts'
import type { Lock } from '../../model/lock.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import type { State } from '../../model/state.ts'
import { lookUp } from '../lookup.ts'
import { keysOf, variablesOf, wordsIn } from '../manifest/names.ts'
import { isDecisive } from './decisive.ts'
import { serverOn } from './side.ts'

const sorted = (values: Readonly<Record<string, string>> = {}): [string, string][] =>
  Object.entries(values).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

/**
 * What a server starts where it runs, in the manifest's words, which name keys and never hold them: a package with its pinned version, a
 * command or an address, arguments, variables and headers. The same on two sides unless `on` makes them differ.
 */
function startOf(server: ServerSpec, side: Environment, { packages }: Lock) {
  const there = serverOn(server, side)
  const { pypi, command, url, extension, settings, args = [], bin, transport, env, headers } = there
  const words = wordsIn(there)
  const locked = words === undefined ? undefined : lookUp(packages, words)
  const what = words === undefined ? (command ?? url ?? extension) : locked === undefined ? words : `${locked.name}@${locked.version}`
  const kind =
    pypi !== undefined
      ? 'pypi'
      : words !== undefined
        ? 'package'
        : command !== undefined
          ? 'command'
          : url !== undefined
            ? 'url'
            : 'extension'
  const given = extension === undefined ? [] : [settings ?? {}]
  return { is: [kind, what, bin ?? null, transport ?? null, args, ...given], env: sorted(env), headers: sorted(headers) }
}

const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')

/** SHA-256, in hex, of what a server starts there, the texts of its variables included: its tools may depend on them. */
export function weightDigest(server: ServerSpec, side: Environment, lock: Lock): string {
  const { is, env, headers } = startOf(server, side, lock)
  return hash([is, env, headers])
}

/**
 * SHA-256, in hex, of what a person agrees to start there. Values of variables and headers may change without a question, but for the keys
 * that they name and what is decisive. Null: the version of its package is not known yet, or it is an extension of Claude
 * Desktop, whose own words are agreed to (`core/extensions`).
 */
export function agreedDigest(server: ServerSpec, side: Environment, lock: Lock): string | null {
  const { is, env, headers } = startOf(server, side, lock)
  const there = serverOn(server, side)
  const words = wordsIn(there)
  if (there.extension !== undefined || (words !== undefined && lookUp(lock.packages, words) === undefined)) return null
  const named = (values: [string, string][]) => values.map((each) => (isDecisive(each) ? each : [each[0]]))
  return hash([is, there.allowScripts === true, named(env), named(headers), keysOf(there).sort(), variablesOf(there).sort()])
}

/** The most digests that are kept; the oldest go first. */
const agreedMost = 2000

/** The state with these digests of what was agreed; the very same one where it had them. */
export function agreeTo<S extends Pick<State, 'agreed'>>(state: S, digests: readonly string[]): S {
  const agreed = addAgreed(state.agreed, digests)
  return agreed === state.agreed ? state : { ...state, agreed }
}

function addAgreed(agreed: string[] | undefined, digests: readonly string[]): string[] | undefined {
  const known = new Set(agreed)
  const fresh = [...new Set(digests)].filter((each) => !known.has(each))
  return fresh.length === 0 ? agreed : [...known, ...fresh].slice(-agreedMost)
}

/** What was agreed, with all that these servers start on these sides; the very same list where it had them. */
export function withAgreed(
  agreed: string[] | undefined,
  { servers }: Pick<Manifest, 'servers'>,
  sides: readonly Environment[],
  lock: Lock,
): string[] | undefined {
  const all = Object.values(servers).filter(({ disabled }) => disabled !== true)
  const digests = all.flatMap((server) => sides.map((side) => agreedDigest(server, side, lock)))
  return addAgreed(
    agreed,
    digests.flatMap((each) => each ?? []),
  )
}

/** Whether a person has agreed to all that a server starts on these sides. */
export const isAgreed = (agreed: readonly string[] = [], server: ServerSpec, sides: readonly Environment[], lock: Lock): boolean =>
  sides.every((side) => {
    const digest = agreedDigest(server, side, lock)
    return digest !== null && agreed.includes(digest)
  })
