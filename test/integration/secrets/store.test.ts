import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openSecrets } from '../../../src/effects/store/secrets.ts'
import { TwinError } from '../../../src/errors.ts'
import { reachable } from '../../../src/model/path.ts'
import { reveal, Secret } from '../../../src/model/secret.ts'
import type { System } from '../../../src/model/system.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { scratch } from '../../support/scratch.ts'
import { runs } from '../../support/runs.ts'

/** A folder of ours and the real machine, with variables of our choosing. */
function place(variables: Record<string, string> = {}) {
  const home = scratch()
  const folder = reachable(home.path('.mcp-twin'))
  const system: System = { ...nodeSystem(), variables: { ...home.env, ...variables } }
  return { home, folder, system, file: join(folder, 'secrets.json'), open: (manifest = {}) => openSecrets(system, folder, manifest) }
}
const shown = async (key: Promise<Secret<string> | null>): Promise<string | null> =>
  key.then((each) => (each === null ? null : reveal(each)))
const failure = async (work: Promise<unknown>): Promise<TwinError> => {
  const error: unknown = await work.then(
    () => null,
    (thrown) => thrown,
  )
  if (error instanceof TwinError) return error
  throw new Error(`no TwinError: ${error}`)
}

describe('keys in a file', () => {
  it('come back as they were, whatever is in them', async () => {
    const { open, file } = place()
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), async (value) => {
        await open().set('KEY', new Secret(value))
        expect(await shown(open().get('KEY'))).toBe(value)
      }),
      { numRuns: runs(10) },
    )
    for (const value of ['"\'\n$HOME %PATH% `x` \\ 🙂', 'x'.repeat(3000), ' spaced ', '\u2028']) {
      await open().set('KEY', new Secret(value))
      expect(await shown(open().get('KEY'))).toBe(value)
    }
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('are readable by their owner alone from the first byte, whatever the umask', async () => {
    const before = process.umask(0)
    try {
      const { open, file, folder } = place()
      await open().set('KEY', new Secret('v'))
      expect([statSync(file).mode & 0o777, statSync(folder).mode & 0o777]).toEqual([0o600, 0o700])
    } finally {
      process.umask(before)
    }
  })

  it('are not read while others may read them, and the command that fixes it is reported', async () => {
    const { open, file } = place()
    await open().set('KEY', new Secret('v'))
    for (const mode of [0o640, 0o604, 0o620]) {
      chmodSync(file, mode)
      expect(await failure(open().get('KEY'))).toMatchObject({ code: 'secrets-open', hint: `chmod 600 ${file}` })
      expect(await failure(open().set('KEY', new Secret('w')))).toMatchObject({ code: 'secrets-open' })
    }
  })

  it('are refused when damaged, never replaced, and never quoted', async () => {
    const { open, file } = place()
    await open().set('KEY', new Secret('v'))
    for (const text of [
      '{"KEY": "sk-secret-value"',
      '["sk-secret-value"]',
      '{"KEY": 5}',
      '{\n"K-E Y": "sk-secret-value"}',
      'sk-secret-value',
    ]) {
      writeFileSync(file, text, { mode: 0o600 })
      for (const work of [
        () => open().get('KEY'),
        () => open().set('KEY', new Secret('w')),
        () => open().remove('KEY'),
        () => open().list(),
      ]) {
        const error = await failure(work())
        expect(error.code).toBe('damaged')
        expect(JSON.stringify([error.message, error.hint, error.place, String(error.cause)])).not.toContain('sk-secret')
      }
      expect(readFileSync(file, 'utf8')).toBe(text)
    }
  })

  it('stay apart under hostile names', async () => {
    const { open } = place()
    await open().set('__proto__', new Secret('a'))
    await open().set('constructor', new Secret('b'))
    expect(await open().list()).toEqual(['__proto__', 'constructor'])
    expect(await shown(open().get('__proto__'))).toBe('a')
    expect(await open().get('toString')).toBeNull()
    expect((await failure(open().set('a-b', new Secret('c')))).exit).toBe(2)
  })

  it('lose none when many are stored at once', async () => {
    const { open } = place()
    const names = Array.from({ length: 12 }, (_, index) => `KEY_${index}`)
    await Promise.all(names.map((name) => open().set(name, new Secret(name))))
    expect(await open().list()).toEqual([...names].sort())
  })

  it('are written only when something is different', async () => {
    const { open, file } = place()
    expect(await open().set('KEY', new Secret('v'))).toBe(true)
    const before = statSync(file, { bigint: true })
    expect(await open().set('KEY', new Secret('v'))).toBe(false)
    expect(await open().remove('OTHER')).toBe(false)
    expect(statSync(file, { bigint: true }).ino).toBe(before.ino)
    expect(await open().remove('KEY')).toBe(true)
    expect(await open().list()).toEqual([])
  })

  it('keep a link to where they really are', async () => {
    const { open, file, home, folder, system } = place()
    await system.files.makeDirectory(folder, 0o700)
    const real = home.write('dotfiles/keys.json', '{}', 0o600)
    symlinkSync(real, file)
    await open().set('KEY', new Secret('v'))
    expect(JSON.parse(readFileSync(real, 'utf8'))).toEqual({ KEY: 'v' })
  })
})

describe('keys in the environment', () => {
  it('win when they are read, and are stored when asked for', async () => {
    const { open, system, folder } = place({ MCP_TWIN_SECRET_KEY: 'new', MCP_TWIN_SECRET_UNASKED: 'x', MCP_TWIN_SECRET_EMPTY: '' })
    const bare = openSecrets({ ...system, variables: {} }, folder, {})
    await bare.set('KEY', new Secret('old'))
    expect(await shown(open().get('KEY'))).toBe('new')
    expect(await shown(open().stored('KEY'))).toBe('old')
    expect(await open().takeFromEnvironment(['KEY', 'EMPTY', 'ABSENT'])).toEqual(['KEY'])
    expect(await open().takeFromEnvironment(['KEY'])).toEqual([])
    const after = openSecrets({ ...system, variables: {} }, folder, {})
    expect([await shown(after.get('KEY')), await after.list()]).toEqual(['new', ['KEY']])
  })
})

describe('keys kept by a program of the user', () => {
  const printer = (script: string) => ({ secrets: { command: ['node', '-e', script, 'op://vault/{name}'] } })

  it('are asked for without a shell, and lose one newline only', async () => {
    const { open, file } = place({ MCP_TWIN_SECRET_OTHER: 'not for it' })
    const store = open(printer('process.stdout.write(process.argv[1] + "; $(x)" + (process.env.MCP_TWIN_SECRET_OTHER ?? "") + "\\n\\n")'))
    expect(await shown(store.get('A_KEY'))).toBe('op://vault/A_KEY; $(x)\n')
    expect([await store.list(), existsSync(file)]).toEqual([[], false])
  })

  it('are missing where it fails, and its words are not repeated', async () => {
    const { open } = place()
    const store = open(printer('console.log("half" + "-a-key"); console.error("half" + "-a-key"); process.exit(3)'))
    expect(await store.get('A_KEY')).toBeNull()
    expect(store.trouble('A_KEY')).toContain('code 3')
    expect(store.trouble('A_KEY')).not.toContain('half-a-key')
    const absent = open({ secrets: { command: ['no-such-program', '{name}'] } })
    expect([await absent.has('X'), absent.trouble('X')]).toEqual([false, expect.stringContaining('ENOENT')])
  })

  it('cannot be changed by us', async () => {
    const { open } = place()
    expect(await failure(open(printer('')).set('A', new Secret('b')))).toMatchObject({ exit: 2 })
  })
})
