import type { login as spec } from '../cli/specs/login.ts'
import type { Context, Run } from '../context.ts'
import { quoted } from '../core/doctor/names.ts'
import { type LoginAnswer, readAnswer } from '../core/login/addresses.ts'
import { lookUp } from '../core/lookup.ts'
import { beginLogin } from '../effects/login/log-in.ts'
import { listenForLogin, type LoginListener } from '../effects/login/listener.ts'
import { LoginStore } from '../effects/store/logins.ts'
import { homeFetch } from '../effects/login/home-fetch.ts'
import { loginTarget } from '../effects/login/target.ts'
import { loopbackName, openAddress, unreached } from '../effects/machine/open-page.ts'
import type { Situation } from '../effects/manifest/open.ts'
import type { Fetch } from '../effects/run/http.ts'
import { EXIT, TwinError } from '../errors.ts'
import type { OptionsOf } from '../model/command-line.ts'
import { visible } from '../ui/escape.ts'
import { changeManifest } from './change.ts'
import { demandServer } from './servers.ts'

const usualSeconds = 300
/** The longest time of a timer; a longer one would end at once. */
const longestMs = 2 ** 31 - 1

/** Logs in to a remote server by the person's browser; from then on every program reaches it by `run`, with this one login. */
export const run: Run<typeof spec> = (context, [name], options) =>
  changeManifest(
    context,
    options,
    async ({ manifest }) => {
      const isSet = lookUp(manifest.servers, name)?.auth === 'oauth'
      return { about: [name], changes: isSet ? [] : [{ kind: 'set', path: ['servers', name, 'auth'], value: 'oauth' }] }
    },
    async (situation) => {
      demandServer(situation.manifest, name)
      await logIn(context, situation, name, options)
    },
  )

/** Waits for a person to log in, and keeps the login. */
export async function logIn(
  context: Context,
  situation: Situation,
  name: string,
  options: Pick<OptionsOf<typeof spec>, 'browser' | 'timeout'>,
): Promise<void> {
  const { system, io } = context
  const { remote, client } = await loginTarget(system, situation, name)
  if (context.isDry === true) return
  if (context.options.offline === true)
    throw new TwinError('offline', 'A login is made on the network, and --offline uses none.', { hint: 'type it without --offline' })
  const fetch = cancellable(await homeFetch(system, situation.home.environment), context.signal)
  const state = system.random(24)
  const listener = await listenForLogin(system, state, { port: client.port, isWsl: situation.home.environment.kind === 'wsl' })
  try {
    const { proof, port } = listener
    const found = options.browser === false ? null : await loopbackName(system, situation.world, port, proof)
    const redirect = `http://${found ?? '127.0.0.1'}:${port}/callback`
    const begun = await beginLogin({ system, server: name, remote, client, redirect, state, fetch })
    const { host, href } = begun.page
    io.note(`You log in to ${visible(name)} at ${visible(host)}.`)
    const isOpen = found !== null && (await openAddress(system, situation.world, href).catch(() => false))
    if (options.browser !== false && found === null) io.noteWhole(unreached, true)
    if (!isOpen) io.noteWhole(`Open this address in a browser:\n${href}`, true)
    const answer = await answerOf(context, listener, state, { name, seconds: options.timeout ?? usualSeconds })
    const login = await begun.finish(answer)
    await new LoginStore(system, situation.home.here).change(remote.url, async () => login)
    io.note(`Logged in to ${visible(name)}.`)
  } finally {
    listener.close()
  }
}

/** The same, ended by Ctrl-C: a server may take its time. */
const cancellable =
  (fetch: Fetch, cancelled: AbortSignal): Fetch =>
  (url, { signal, ...init } = {}) =>
    fetch(url, { ...init, signal: AbortSignal.any([cancelled, ...(signal ? [signal] : [])]) })

/** The answer of the browser, or the address of a page that did not load as a person pasted it, whichever comes first. */
async function answerOf(
  { prompt, io, signal }: Context,
  listener: LoginListener,
  state: string,
  { name, seconds }: { readonly name: string; readonly seconds: number },
): Promise<LoginAnswer> {
  const over = new AbortController()
  const hint = `mcp-twin login ${quoted(name)} --timeout ${seconds * 3}`
  const late = new Promise<never>((_, reject) => {
    const end = (): void => reject(new TwinError('no-login', `Nobody logged in within ${seconds} s; nothing was stored.`, { hint }))
    const timer = setTimeout(end, Math.min(seconds * 1000, longestMs))
    over.signal.addEventListener('abort', () => clearTimeout(timer))
  })
  const cancelled = new Promise<never>((_, reject) => {
    const end = (): void => reject(new TwinError('cancelled', 'Cancelled; nothing was stored.', { exit: EXIT.cancelled }))
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true, signal: over.signal })
  })
  const pasted = async (): Promise<LoginAnswer> => {
    for (;;) {
      const text = await prompt.text('If the last page does not load, paste its address here:', {
        flag: '--no-browser',
        signal: over.signal,
      })
      const answer = readAnswer(text.trim(), state)
      if (answer !== null) return answer
      io.note('That is not the address of the last page of this login.')
    }
  }
  try {
    return await Promise.race([listener.answer, late, cancelled, ...(prompt.able ? [pasted()] : [])])
  } finally {
    over.abort()
  }
}
