import { clients } from '../catalog/clients/index.ts'
import { isEnvironmentName } from '../core/manifest/rules.ts'
import { nearest } from '../core/nearest.ts'
import { meansEnvironment } from '../core/participants.ts'
import { usageError } from '../errors.ts'
import { environmentKinds, type World } from '../model/environment.ts'
import { unknownName } from './unknown.ts'

const guessOf = (word: string, known: readonly string[], rest: string): string => {
  const guess = nearest(word, known)
  return guess === null ? `${rest}: ${known.join(', ')}` : `did you mean "${guess}"?`
}

/** Throws with the nearest known id if a word names no client: an unknown one would select nothing, and look like success. */
export function demandClients(words: readonly string[]): void {
  const known = clients.map((client) => client.id)
  for (const word of words) if (!known.includes(word)) throw unknownName('client', word, known)
}

/** The same for `--on`. `mayBeElsewhere`: a side that this machine does not have is accepted too. */
export function demandSides(words: readonly string[], world: World, mayBeElsewhere: boolean): void {
  const ids = world.environments.map((each) => each.id)
  for (const word of words) {
    if (world.environments.some((each) => meansEnvironment(word, each)) || (mayBeElsewhere && isEnvironmentName(word))) continue
    const known = [...new Set([...ids, ...(mayBeElsewhere ? environmentKinds : world.environments.map((each) => each.kind))])]
    // A kind of side that is not here is suggested for a typo only.
    const slip = isEnvironmentName(word) ? null : nearest(word, environmentKinds, 1)
    throw usageError(`No environment "${word}" on this machine.`, { hint: guessOf(word, slip === null ? known : [slip], 'available') })
  }
}

/** The same for `--distro`. */
export function demandDistro(name: string, world: World): void {
  const known = world.environments.flatMap(({ distro }) => distro ?? [])
  if (known.some((each) => each.toLowerCase() === name.toLowerCase())) return
  throw usageError(`No distribution "${name}" on this machine.`, {
    hint: known.length === 0 ? 'no WSL found on this machine; without --distro: mcp-twin init' : guessOf(name, known, 'available'),
  })
}
