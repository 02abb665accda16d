import { describe, expect, it } from 'vitest'
import { loopbackName, openAddress, openPage } from '../../../src/effects/machine/open-page.ts'
import type { Environment, World } from '../../../src/model/environment.ts'
import { native, reachable } from '../../../src/model/path.ts'
import type { Program, System } from '../../../src/model/system.ts'

/** A machine whose programs answer as told, by their words; what is not told fails to connect. */
function machine(answers: (argv: readonly string[]) => string | null) {
  const started: (readonly string[])[] = []
  const run = async ({ argv }: Program) => {
    started.push(argv)
    const text = argv.some((word) => word.includes('rundll32') || word === 'xdg-open') ? '' : answers(argv)
    return { code: text === null ? 7 : 0, stdout: new TextEncoder().encode(text ?? ''), stderr: new Uint8Array(), timedOut: false }
  }
  return { started, system: { variables: { MCP_TWIN_SECRET_A: 'key' }, run, ask: run } as unknown as System }
}

const base = { user: 'ana', running: [], files: [] }
const wsl: Environment = { ...base, id: 'wsl:Ubuntu', kind: 'wsl', self: true, home: native('/home/ana') }
const windows: Environment = {
  ...{ ...base, id: 'windows', kind: 'windows', self: false, exec: [], home: native('C:\\Users\\Ana'), systemRoot: native('C:\\Windows') },
  node: native('C:\\nodejs\\node.exe'),
  files: [{ native: native('C:\\'), here: reachable('/mnt/c') }],
}
const { node: _, ...bare } = windows
const both: World = { environments: [wsl, windows] }
const proof = { path: '/proof', text: 'twin-1234' }
const opened = (argv: readonly string[] | undefined) => argv?.at(-1)

describe('a page of a listener in WSL', () => {
  it("is opened in Windows' browser by the name under which Windows reaches it", async () => {
    const { system, started } = machine((argv) => (argv.at(-1)?.includes('localhost:') === true ? 'twin-1234' : null))
    expect(await openPage(system, both, 4000, '/', proof)).toEqual({ address: 'http://localhost:4000/', why: null })
    expect(started[0]).toEqual(['/mnt/c/nodejs/node.exe', '-e', expect.any(String), 'http://127.0.0.1:4000/proof'])
    expect(started.at(-1)).toEqual(['/mnt/c/Windows/System32/rundll32.exe', 'url.dll,FileProtocolHandler', 'http://localhost:4000/'])
  })

  it('is looked for by curl.exe where Windows has no node', async () => {
    const { system, started } = machine(() => 'twin-1234')
    expect(await loopbackName(system, { environments: [wsl, bare] }, 4000, proof)).toBe('127.0.0.1')
    expect(started).toEqual([
      ['/mnt/c/Windows/System32/curl.exe', '--silent', '--max-time', '3', '--noproxy', '*', 'http://127.0.0.1:4000/proof'],
    ])
  })

  it.each<[string, (argv: readonly string[]) => string | null]>([
    ['nobody answers', () => null],
    ['another program answers on that port', () => '<html>'],
  ])('is not opened where %s, and says the address and what helps', async (_, answers) => {
    const { system, started } = machine(answers)
    const { address, why } = await openPage(system, both, 4000, '/a', proof)
    expect(address).toBe('http://127.0.0.1:4000/a')
    expect(why).toMatch(/localhostForwarding.*networkingMode=mirrored/)
    expect(started.some((argv) => argv[0]?.includes('rundll32'))).toBe(false)
  })
})

describe('a page of a listener elsewhere', () => {
  it('is opened on the own side, unasked', async () => {
    const linux: Environment = { ...wsl, id: 'linux', kind: 'linux' }
    const { system, started } = machine(() => null)
    expect(await openPage(system, { environments: [linux] }, 4000, '/', proof)).toEqual({ address: 'http://127.0.0.1:4000/', why: null })
    expect(started).toEqual([['xdg-open', 'http://127.0.0.1:4000/']])
  })
})

describe('an address', () => {
  it('is one argument of one program, written as an address', async () => {
    const { system, started } = machine(() => null)
    expect(await openAddress(system, both, 'https://login.example/a?x=a b&y="c"')).toBe(true)
    expect(opened(started[0])).toBe('https://login.example/a?x=a%20b&y=%22c%22')
  })

  it.each([
    'http://login.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user@login.example/',
    'https://login.example/a|b`c',
    'ftp://x/',
  ])('of anything else is never opened: %s', async (address) => {
    const { system, started } = machine(() => null)
    await expect(openAddress(system, both, address)).rejects.toThrow('only https addresses')
    expect(started).toEqual([])
  })
})
