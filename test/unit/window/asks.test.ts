import { describe, expect, it } from 'vitest'
import { withAgreed } from '../../../src/core/launch/identity.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { exposing, mayStart, type Standing, startsOf, whoAnswers } from '../../../src/window/asks.ts'
import { ubuntu, windows } from '../../support/launches.ts'

const lock = { version: 1 as const, packages: { 'tiny@^1': { name: 'tiny', version: '1.0.0', bin: {} } } }
const sides = [ubuntu, windows]
const tiny: ServerSpec = { package: 'tiny@^1', env: { TOKEN: '${secret:A}' } }
const evil: ServerSpec = { command: 'evil', args: ['--all', 'of it'] }

/** Where a person has agreed to `tiny`, and the manifest says this by now. */
const standing = (servers: Record<string, ServerSpec>): Standing => ({
  manifest: { version: 1, servers },
  state: { version: 1, files: {}, agreed: withAgreed(undefined, { servers: { tiny } }, sides, lock) ?? [] },
  ...{ lock, sides, builtins: [{ name: 'builtin', server: { package: 'built-in' } }] },
})
const wish = (command: string, ...words: string[]) => ({ command, words, asks: 'launches' as const })

describe('a change is answered by the page', () => {
  it.each<[string, ReturnType<typeof wish>, Record<string, ServerSpec>]>([
    ['where all was agreed to', wish('sync'), { tiny }],
    ['that turns on what was agreed to', wish('enable', 'tiny'), { tiny: { ...tiny, disabled: true } }],
    ['that turns off the only one that was not', wish('disable', 'evil'), { tiny, evil }],
    ['that removes the only one that was not', wish('remove', 'evil'), { tiny, evil }],
    ['that adds what comes with the program', wish('add', 'builtin'), { tiny }],
    [
      'where such a one is off, or not everywhere',
      wish('enable', 'own'),
      { own: { package: 'built-in', disabled: true, except: ['cursor'] } },
    ],
    [
      'where such a one is for some programs or machines alone',
      wish('sync'),
      { own: { package: 'built-in', only: ['cursor'], machines: ['laptop'] } },
    ],
    ['beside one that stays off', wish('sync'), { tiny, evil: { ...evil, disabled: true } }],
  ])('%s', (_, asked, servers) => expect(whoAnswers(asked, standing(servers))).toBe('page'))
})

describe('a change is answered in the terminal', () => {
  it.each<[string, ReturnType<typeof wish>, Record<string, ServerSpec>]>([
    ['that would start what was not agreed to', wish('sync', 'evil'), { tiny, evil }],
    ['of another server, since every sync writes all', wish('sync', 'tiny'), { tiny, evil }],
    ['that removes another one', wish('remove', 'tiny'), { tiny, evil }],
    ['that adds anything else', wish('add', 'npm:built-in'), { tiny }],
    ['of what comes with the program, changed', wish('sync'), { builtin: { package: 'built-in', args: ['--evil'] } }],
    ['that turns it on', wish('enable', 'evil'), { tiny, evil: { ...evil, disabled: true } }],
    ['of a package whose version is not known', wish('sync'), { tiny: { ...tiny, package: 'tiny@^2' } }],
    ['that starts something else on one side', wish('sync'), { tiny: { ...tiny, on: { windows: { args: ['--evil'] } } } }],
    ['that hands it another key', wish('sync'), { tiny: { ...tiny, env: { TOKEN: '${secret:B}' } } }],
  ])('%s', (_, asked, servers) => expect(whoAnswers(asked, standing(servers))).toBe('terminal'))

  it('where nothing can be known', () => expect(whoAnswers(wish('sync'), null)).toBe('terminal'))
  it('always, where it is a wish of a program', () =>
    expect(whoAnswers({ ...wish('actions run', 'a'), asks: 'terminal' }, standing({ tiny }))).toBe('terminal'))
})

describe('what would be started', () => {
  it('is shown whole, once for sides that start the same', () => {
    expect(startsOf(wish('sync'), standing({ tiny, evil }))).toEqual(["evil: evil --all 'of it'"])
    const split = { ...evil, on: { windows: { args: ['--there'] } } }
    expect(startsOf(wish('sync'), standing({ split }))).toEqual(["split: evil --all 'of it'", 'split: evil --there'])
  })

  it('never holds a key, not even one that was typed into the manifest', () => {
    const key = 'tvly-dev-0123456789abcdefghij'
    const held: ServerSpec = { command: 'evil', args: ['--api-key', key], env: { API_KEY: key, TOKEN: '${secret:A}' } }
    const [line = ''] = startsOf(wish('sync'), standing({ held }))
    expect(line).not.toContain(key)
    expect(line).toContain('${secret:A}')
  })

  it('is only tried where it was agreed to', () => {
    const now = standing({ tiny, evil })
    expect(['tiny', 'evil', 'nobody', 'constructor', '__proto__'].map((name) => mayStart(now, name))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ])
  })
})

describe('a key that others would see', () => {
  it('is one in an argument, an address or a command, on any side', () => {
    const servers: Record<string, ServerSpec> = {
      tiny,
      shown: { ...evil, args: ['--key=${secret:A}'] },
      there: { ...evil, on: { windows: { args: ['${secret:A}'] } } },
      far: { url: 'https://x.example/?key=${secret:A}' },
      other: { ...evil, args: ['${secret:B}'] },
    }
    expect(exposing(standing(servers), 'A')).toEqual(['shown', 'there', 'far'])
  })
})
