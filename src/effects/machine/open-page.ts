import { isWindows, joinPath } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import { native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { ask } from './ask.ts'
import { openOn } from './open-link.ts'
import { programOn } from './program.ts'

const askMs = 5000

/** What a listener of ours on loopback answers at a path, so that nobody else's answer on its port counts. */
export interface Proof {
  readonly path: string
  readonly text: string
}

/** Why no browser of this computer reaches a listener in WSL, with what helps. */
export const unreached =
  'Windows does not reach it: see that localhostForwarding is not false in .wslconfig, or use mirrored networking (networkingMode=mirrored)'

/** The side with the person's browser: Windows, seen from WSL; else the own one. */
function browserSide({ environments }: World): Environment {
  const self = environments.find((each) => each.self)
  if (self === undefined) throw new Error('a world has its own side')
  return self.kind === 'wsl' ? (environments.find(isWindows) ?? self) : self
}

/** How that side is made to fetch an address: by its node, else by the curl.exe that Windows has. */
function fetchersOn(side: Environment, address: string): (readonly string[])[] {
  const script = 'fetch(process.argv[1],{redirect:"error"}).then(r=>r.text()).then(console.log)'
  const curl = joinPath(side, side.systemRoot ?? native('C:\\Windows'), 'System32', 'curl.exe')
  return [
    ...(side.node === undefined ? [] : [[side.node, '-e', script, address]]),
    [curl, '--silent', '--max-time', '3', '--noproxy', '*', address],
  ]
}

/**
 * The name under which the person's browser reaches a listener of ours on 127.0.0.1: from WSL at times only one of two does
 * (microsoft/WSL#10665), so Windows itself is asked. Null: neither.
 */
export async function loopbackName(system: System, world: World, port: number, proof: Proof): Promise<'127.0.0.1' | 'localhost' | null> {
  const side = browserSide(world)
  if (side.self) return '127.0.0.1'
  for (const name of ['127.0.0.1', 'localhost'] as const)
    for (const argv of fetchersOn(side, `http://${name}:${port}${proof.path}`)) {
      const program = programOn(world, side, argv, { timeoutMs: askMs })
      const answer = program === null ? null : await ask(system, program)
      if (answer?.ok === true && answer.text.trim() === proof.text) return name
      // The other program would be told the same.
      if (answer?.ok === true) break
    }
  return null
}

/** Characters of an address that neither a shell nor a command line reads as anything else, as `URL` writes them. */
const fitting = /^https?:\/\/[A-Za-z0-9.:[\]-]+\/[A-Za-z0-9._~%=&!*'();:@+$,/?#-]*$/

/** Opens an address in the person's browser, as one argument of one program. False: nothing was opened. Throws for what is no such address. */
export async function openAddress(system: System, world: World, address: string): Promise<boolean> {
  const { href, protocol, hostname, username } = new URL(address)
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
  if (!fitting.test(href) || username !== '' || (protocol !== 'https:' && !(protocol === 'http:' && isLoopback)))
    throw new Error('only https addresses, and pages of this computer, are opened')
  return openOn(system, world, browserSide(world), href)
}

/** A page of ours: whether it was opened, and what a person can type in any case. */
export interface OpenedPage {
  readonly address: string
  /** Why it was not opened; null: it was. */
  readonly why: string | null
}

/** Opens a page of a listener of ours, by the name that answers. Where none does nothing is opened. */
export async function openPage(system: System, world: World, port: number, path: string, proof: Proof): Promise<OpenedPage> {
  const name = await loopbackName(system, world, port, proof)
  const address = `http://${name ?? '127.0.0.1'}:${port}${path}`
  if (name === null) return { address, why: unreached }
  return { address, why: (await openAddress(system, world, address)) ? null : 'no browser could be started' }
}
