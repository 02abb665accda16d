import { whyUnsafe } from '../../core/login/addresses.ts'
import { type Fetch, limitedText } from './http.ts'
import { LoginTrouble } from '../../core/login/trouble.ts'

/** Time limit for one answer of an authorization server, its body included. Shorter than others wait for the file's lock. */
const answerMs = 20_000
const mostBytes = 1024 * 1024

/** A fetch for the requests of a login, and the first that failed: the SDK goes on after some as if a server had no such page. */
export interface GuardedFetch {
  readonly fetch: Fetch
  trouble(): Error | null
}

/**
 * Asks only addresses that a login may use, for a limited time and a limited answer, and each once: a token that comes twice ends its
 * login. Redirects are not followed.
 */
export function guardedFetch(fetch: Fetch, server: URL): GuardedFetch {
  let trouble: Error | null = null
  const ask: Fetch = async (url, init = {}) => {
    const address = String(url)
    const why = whyUnsafe(address, server)
    if (why !== null) throw new LoginTrouble(`the address ${shown(address)} ${why}`)
    const over = new AbortController()
    const timer = setTimeout(() => over.abort(new LoginTrouble(`${shown(address)} did not answer in time`)), answerMs)
    try {
      const body = init.body instanceof URLSearchParams ? init.body.toString() : init.body
      const response = await fetch(url, { ...init, ...(body === undefined ? {} : { body }), signal: over.signal, once: true })
      const { status, statusText, headers } = response
      const tooLong = (): Error => new LoginTrouble(`${shown(address)} answered with more than ${mostBytes / 1024} KiB`)
      // Statuses such as 204 take no body, not even an empty one.
      const text = response.body === null ? null : await limitedText(response, mostBytes, tooLong)
      return new Response(text, { status, statusText, headers })
    } catch (error) {
      throw over.signal.aborted ? over.signal.reason : error
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    fetch: (url, init) =>
      ask(url, init).catch((error: Error) => {
        trouble ??= error
        throw error
      }),
    trouble: () => trouble,
  }
}

/** An address without what may hold keys. */
const shown = (address: string): string => (URL.canParse(address) && new URL(address).host) || 'of a login'
