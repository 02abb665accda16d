import { isSafeAddress } from '../../core/registry/offer.ts'
import { TwinError, usageError } from '../../errors.ts'
import type { Environment } from '../../model/environment.ts'
import type { System } from '../../model/system.ts'
import { fetchBy, limitedText } from '../run/http.ts'
import { proxySettings } from '../run/proxy-settings.ts'

const usual = 'https://registry.modelcontextprotocol.io'
const answerMs = 10_000
const answerBytes = 4 * 1024 * 1024

/** The address of the registry: as typed, else as MCP_TWIN_REGISTRY says, else the public one. */
export function registryAddress(system: System, typed: string | undefined): string {
  const address = typed ?? (system.variables.MCP_TWIN_REGISTRY || usual)
  if (isSafeAddress(address)) return address.replace(/\/+$/, '')
  const from = typed === undefined ? 'MCP_TWIN_REGISTRY' : '--registry'
  throw usageError(`${from} takes an address that begins with https://, or one of this computer.`, {
    hint: `${from === '--registry' ? '--registry ' : 'MCP_TWIN_REGISTRY='}${usual}`,
  })
}

/** Why the registry did not answer as one does; exit code 1. */
const trouble = (address: string, why: string): TwinError =>
  new TwinError('registry', `The registry ${new URL(address).host} cannot be used: ${why}.`, {
    hint: 'try again later, or add the server by its package or address',
  })

/** Asks the registry for a document. Null: it has none there. Nothing is kept: old answers would mislead. */
export async function askRegistry(
  system: System,
  { home, prefix }: Environment,
  address: string,
  path: string,
  signal: AbortSignal,
): Promise<unknown> {
  const late = new AbortController()
  // Held here: node 20 collects an AbortSignal.timeout that only AbortSignal.any refers to.
  const timer = setTimeout(() => late.abort(), answerMs)
  try {
    const get = fetchBy(await proxySettings(system, home, prefix))
    const response = await get(`${address}${path}`, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.any([signal, late.signal]),
    })
    if (response.status === 404) return null
    if (response.status !== 200) throw trouble(address, `it answered with HTTP ${response.status}`)
    const tooLong = (): TwinError => trouble(address, `its answer is longer than ${answerBytes / 1024 / 1024} MiB`)
    return parsed(address, await limitedText(response, answerBytes, tooLong))
  } catch (error) {
    if (error instanceof TwinError || signal.aborted) throw error
    if (late.signal.aborted) throw trouble(address, `it did not answer within ${answerMs / 1000} s`)
    throw trouble(address, error instanceof Error ? error.message || error.name : String(error))
  } finally {
    clearTimeout(timer)
    late.abort()
  }
}

function parsed(address: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw trouble(address, 'its answer is no JSON')
  }
}
