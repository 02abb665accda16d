import { createHash } from 'node:crypto'
import { type ServerSpec, serverKinds } from '../../model/manifest.ts'
import { startsSame } from '../launch/same.ts'
import { isEnvironmentName } from '../manifest/rules.ts'
import { keysOf } from '../manifest/names.ts'

/** A server as a program wishes it. */
export interface ServerWish {
  /** Its launch: package, command or address with arguments, variables and headers; null: it shall go. */
  readonly server: ServerSpec | null
  /** A client's id: that program alone; null: every one. */
  readonly to: string | null
}

/**
 * What the manifest will say of a server once a wish is granted; null: nothing. How it is started is what the wish says, and
 * nothing of before. Where that is another server than stood under the name, only what narrows stays: rights that a person
 * granted were not granted to this one.
 */
export function afterWish(standing: ServerSpec | undefined, { server, to }: ServerWish): ServerSpec | null {
  if (server === null)
    return to === null || standing === undefined ? null : { ...standing, except: [...new Set([...(standing.except ?? []), to])] }
  const stays = standing === undefined ? {} : startsSame(standing, server) ? rightsOf(standing) : narrowing(standing)
  if (to === null) return { ...server, ...stays }
  // Shared, it would reach every program through the bridge.
  const { share: _, only = [], except = [], ...rest } = stays
  const others = except.filter((word) => word !== to)
  return { ...server, ...rest, only: [to, ...only.filter(isEnvironmentName)], ...(others.length > 0 && { except: others }) }
}

function narrowing({ machines, only, except, disabled, launch }: ServerSpec): ServerSpec {
  return {
    ...(machines !== undefined && { machines }),
    ...(only !== undefined && { only }),
    ...(except !== undefined && { except }),
    ...(disabled !== undefined && { disabled }),
    // It keeps keys out of the config.
    ...(launch === 'run' && { launch }),
  }
}

function rightsOf(standing: ServerSpec): ServerSpec {
  const { allowScripts, share, launch, description } = standing
  return {
    ...narrowing(standing),
    ...(allowScripts !== undefined && { allowScripts }),
    ...(share !== undefined && { share }),
    ...(launch !== undefined && { launch }),
    ...(description !== undefined && { description }),
  }
}

/** What a person is asked to approve, as a short text to compare: the server that stands now and the one that will. */
export const wishDigest = (standing: ServerSpec | undefined, after: ServerSpec | null): string =>
  createHash('sha256')
    .update(JSON.stringify([standing ?? null, after]))
    .digest('hex')
    .slice(0, 16)

/** What a field of a server allows, where its name does not say so. */
const meanings: Partial<Record<keyof ServerSpec, string>> = {
  allowScripts: 'its install scripts run on this computer',
  share: 'every program reaches it through the bridge',
  disabled: 'it is in no config until it is enabled',
  runIn: 'it runs there, and the other side reaches it across',
}

const fields: readonly (keyof ServerSpec)[] = [
  ...serverKinds,
  ...(['args', 'env', 'headers', 'transport', 'auth', 'oauth', 'bin', 'on', 'runIn', 'launch'] as const),
  ...(['allowScripts', 'share', 'machines', 'only', 'except', 'disabled', 'description'] as const),
]

/** Every field of a server that a wish makes, and what differs from the one that stands, line by line. */
export function describeWish(standing: ServerSpec | undefined, after: ServerSpec | null): string[] {
  const said = (key: keyof ServerSpec, server: ServerSpec | null | undefined): string => JSON.stringify(server?.[key]) ?? 'nothing'
  if (standing === undefined && after === null) return ['The manifest has no server of that name.']
  const whole = after === null ? ['After that the manifest has no server of that name.'] : ['After that the manifest says all of this:']
  const keys = after === null ? [] : keysOf(after)
  const lines = fields.flatMap((key) => {
    const means = meanings[key] === undefined || after?.[key] === false ? '' : ` (${meanings[key]})`
    return after?.[key] === undefined ? [] : [`  ${key}: ${said(key, after)}${means}`]
  })
  if (after !== null && after.only === undefined && after.except === undefined) lines.push('  in every program that takes part')
  if (keys.length > 0) lines.push(`  it is given the ${keys.length === 1 ? 'key' : 'keys'} ${keys.join(', ')}`)
  if (standing === undefined) return [...whole, ...lines, 'It is new: the manifest has no server of that name now.']
  const changed = fields
    .filter((key) => said(key, standing) !== said(key, after))
    .map((key) => `  ${key}: ${said(key, standing)} → ${said(key, after)}`)
  return [...whole, ...lines, ...(changed.length === 0 ? ['Nothing differs from now.'] : ['What differs from now:', ...changed])]
}
