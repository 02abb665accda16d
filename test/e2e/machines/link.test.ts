import { mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import { quickHome } from '../support/place.ts'

describe('a checkout that is given the namespace of another one', () => {
  function place() {
    const made = quickHome()
    made.manifest({})
    mkdirSync(made.path('site/.git'), { recursive: true })
    mkdirSync(made.path('site/src'))
    return made
  }

  it('is known by that name to bridges, those that run and those that start, until it gets its own one back', async () => {
    const here = place()
    const env = { ...here.env, CLAUDE_PROJECT_DIR: here.path('site') }
    const start = { command: nodePath, args: [cliPath, 'serve', '--client', 'claude-code'], env, cwd: here.root }
    const running = await greeted(start, 'test')
    const namespace = async (bridge = running) => /Namespace: (\S+)\./.exec((await bridge.call('bridge_status', {})).text)?.[1]
    const usual = await namespace()
    expect(usual).toMatch(/^site-[0-9a-f]{4}$/)
    await running.call('memory_set', { key: 'port', value: 3000 })

    const linked = await here.run(['store', 'link', here.path('site', 'src'), 'site-4f2a', '--json'])
    expect(linked.json).toMatchObject({ dir: here.path('site'), namespace: 'site-4f2a', was: usual, changed: true })
    expect(await namespace()).toBe('site-4f2a')
    const second = await greeted(start, 'test')
    expect(await namespace(second)).toBe('site-4f2a')
    await second.end()
    await running.call('memory_set', { key: 'port', value: 4000 })
    expect((await cli(here, ['memory', 'get', 'port', '--namespace', 'site-4f2a'])).stdout).toContain('4000')

    const again = await here.run(['store', 'link', '~/site', 'site-4f2a'])
    expect([again.code, again.stdout]).toEqual([0, 'The namespace of ~/site is site-4f2a here already.\n'])
    const back = await here.run(['store', 'link', '~/site', usual ?? ''])
    expect([back.code, back.stdout]).toEqual([
      0,
      `The namespace of ~/site is ${usual} here.\n1 key stays in site-4f2a.\nBack:\n  mcp-twin store link ~/site site-4f2a\n`,
    ])
    expect(await namespace()).toBe(usual)
    expect(here.readJson('.mcp-twin/bridge/links.json')).toEqual({ links: {} })
    await running.end()
  })

  it('is told what stays behind, and which namespace is near, and stays as it is in a rehearsal', async () => {
    const here = place()
    await here.run(['memory', 'set', 'port', '3000', '--namespace', 'site-4f2a'])
    const dry = await here.run(['store', 'link', 'site', 'site-4f2b', '--dry-run'])
    expect([dry.code, dry.stdout]).toEqual([
      0,
      'The namespace of ~/site would be site-4f2b here.\nNothing was ever remembered in it. The nearest one is site-4f2a.\nNothing was changed (--dry-run).\n',
    ])
    expect(here.has('.mcp-twin/bridge/links.json')).toBe(false)
  })

  it.each([
    ['no folder', ['nowhere', 'site-4f2a'], 2, 'There is no folder'],
    ['a file', ['site/readme', 'site-4f2a'], 2, 'is a file'],
    ['a name without characters', ['site', ' '], 2, 'A namespace has 1 to'],
    ['a name that hides characters', ['site', 'a\u202eb'], 2, 'all of which are seen'],
    ['no name', ['site'], 2, 'name'],
  ] as const)('is refused for %s', async (_, words, code, said) => {
    const here = place()
    here.write('site/readme', '')
    expect(await here.run(['store', 'link', ...words])).toMatchObject({ code, stderr: expect.stringContaining(said) })
  })

  it('is refused where the file of names is damaged, which a bridge reports', async () => {
    const here = place()
    here.write('.mcp-twin/bridge/links.json', '{"links": {"/a": 1}}')
    expect(await here.run(['store', 'link', 'site', 'site-4f2a'])).toMatchObject({ code: 1, stderr: expect.stringContaining('links.json') })
    expect(here.read('.mcp-twin/bridge/links.json')).toBe('{"links": {"/a": 1}}')
  })
})
