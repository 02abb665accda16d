import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { nodePath } from '../../support/machine.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { tinyRegistry, tinyServer } from '../support/place.ts'
import { diagnosedAndFixed } from './fixed.ts'
import { OTHER_KEY, own, restoredTwins, sound, summary, type Twins, twins, twinsFromWindows, usualServers } from './place.ts'
import type { Hand } from './remedies.ts'

let registry: MiniRegistry

const serverFile = (prelude: string): Record<string, string> => ({ 'server.js': `#!/usr/bin/env node\n${prelude}\n${tinyServer}` })

beforeAll(async () => {
  registry = await tinyRegistry()
  const publish = (name: string, files: Record<string, string>) =>
    registry.publish({ manifest: { name, version: '1.0.0', bin: { [name]: 'server.js' } }, files })
  publish('loud-server', serverFile("console.log('Listening on port 3000')"))
  publish('stuck-server', { 'server.js': "#!/usr/bin/env node\nconsole.error('waiting for the database')\nsetInterval(() => {}, 1000)" })
})

const usual = restoredTwins(() => sound(twins(registry)))

const desktopFile = (place: Twins): string => place.planted.side('windows').here(place.planted.side('windows').clientFile('claude-desktop'))

describe('a broken world, diagnosed in one run and fixed by its own words', () => {
  it('a BOM from PowerShell', async () => {
    const place = await usual()
    const text = readFileSync(desktopFile(place))
    writeFileSync(desktopFile(place), Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text]))
    await diagnosedAndFixed(place, 'config-encoding error')
    expect(readFileSync(desktopFile(place))).toEqual(text)
  })

  it('a comment and a trailing comma in a strict file', async () => {
    const place = await usual()
    const text = readFileSync(desktopFile(place), 'utf8')
    writeFileSync(desktopFile(place), text.replace('{', '{ // my servers').replace(/\n\}\s*$/, ',\n}\n'))
    const byHand: Hand = {
      words: /^take all of them out by hand, then: (mcp-twin .*)$/,
      async act({ detail = [] }, [, command = '']) {
        const places = detail.flatMap((line) =>
          (/^line (\d+), column (\d+): (.*)$/.exec(line) ?? []).length > 0 ? [/^line (\d+), column (\d+): (.*)$/.exec(line)] : [],
        )
        const lines = readFileSync(desktopFile(place), 'utf8').split('\n')
        for (const found of places.toReversed()) {
          const [at, column, what] = [Number(found?.[1]) - 1, Number(found?.[2]) - 1, found?.[3]]
          const line = lines[at] ?? ''
          lines[at] = what === 'a comment' ? line.slice(0, column) : line.slice(0, column) + line.slice(column + 1)
        }
        writeFileSync(desktopFile(place), lines.join('\n'))
        return place.type(command)
      },
    }
    await diagnosedAndFixed(place, 'config-parses error', [byHand])
  })

  it('Claude Desktop dropped its servers', async () => {
    const place = await usual()
    writeFileSync(desktopFile(place), '{\n  "preferences": {}\n}\n')
    await diagnosedAndFixed(place, 'entries-kept error')
    expect(Object.keys(place.servers('windows', 'claude-desktop'))).toEqual(['tiny', 'keyed'])
  })

  it('a stale classic copy beside a live MSIX file', async () => {
    const blender = { command: 'C:\\Program Files\\nodejs\\node.exe', args: ['C:\\Users\\Ana\\keyed.cjs', '--blender'] }
    const live = 'AppData\\Local\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json'
    const place = await sound(
      twins(registry, (windows) => windows.file(live, '{}').client('claude-desktop', JSON.stringify({ mcpServers: { blender } }))),
    )
    await diagnosedAndFixed(place, 'config-found error')
    const { mcpServers } = JSON.parse(place.planted.side('windows').read(live))
    expect(Object.keys(mcpServers).toSorted()).toEqual(['blender', 'keyed', 'tiny'])
  })

  it('nvm removed the node in use', async () => {
    const place = twins(registry)
    const old = join(place.home, '.nvm/versions/node/v20.1.0/bin/node')
    mkdirSync(dirname(old), { recursive: true })
    symlinkSync(nodePath, old)
    const useNode = (node: string) => place.see(([self]) => Object.assign(self ?? {}, { node }))
    useNode(old)
    await sound(place)
    expect(place.servers(own, 'claude-code').tiny?.command).toBe(old)
    rmSync(join(place.home, '.nvm'), { recursive: true })
    useNode(nodePath)
    await diagnosedAndFixed(place, 'command-found error')
    expect(place.servers(own, 'claude-code').tiny?.command).toBe(nodePath)
  })

  it("Windows' npm first on the PATH of WSL", async () => {
    const place = await usual()
    for (const name of ['npm', 'npx']) place.planted.side('windows').write(`C:\\Program Files\\nodejs\\${name}`, '#!/bin/sh\r\nexit 1\r\n')
    place.variables.PATH = `/mnt/c/Program Files/nodejs:${place.planted.env().PATH}`
    place.setServers(own, 'claude-code', { ...place.servers(own, 'claude-code'), web: { command: 'npx', args: ['-y', 'web-mcp'] } })
    await diagnosedAndFixed(place, 'node-path error')
  })

  it('a package missing on one side', async () => {
    const place = await usual()
    rmSync(place.planted.side('windows').here('.mcp-twin\\npm\\tiny-server@1.0.0'), { recursive: true })
    await diagnosedAndFixed(place, 'server-installed error')
  })

  it('different versions on the two sides', async () => {
    const place = twins(registry)
    await sound(place, usualServers, { prefix: { wsl: join(place.home, 'prefix') } })
    const file = join(place.home, 'prefix/lib/node_modules/tiny-server/package.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"1.0.0"', '"0.9.0"'))
    await diagnosedAndFixed(place, 'versions-match error')
    expect(readFileSync(file, 'utf8')).toContain('1.0.0')
  })

  it('a key changed on one side only', async () => {
    const place = await usual()
    const servers = place.servers('windows', 'claude-desktop')
    place.setServers('windows', 'claude-desktop', { ...servers, keyed: { ...servers.keyed, env: { TAVILY_API_KEY: OTHER_KEY } } })
    await diagnosedAndFixed(place, 'keys-consistent error')
    expect(place.servers(own, 'claude-code').keyed?.env).toEqual({ TAVILY_API_KEY: OTHER_KEY })
    expect(place.servers('windows', 'claude-desktop').keyed?.env).toEqual({ TAVILY_API_KEY: OTHER_KEY })
  })

  it('a Windows path in a Linux entry', async () => {
    const notes = { command: nodePath, args: ['${path:~/keyed.cjs}', 'C:\\Users\\Ana\\notes'], only: ['wsl'] }
    const place = await sound(await usual(), { ...usualServers, notes })
    const byHand: Hand = {
      words: /^write ("(?:[^"\\]|\\.)*") instead of it for (\S+) in the manifest, then: (mcp-twin sync)$/,
      async act({ detail = [] }, [, text = '', , command = '']) {
        const file = join(place.home, '.mcp-twin/mcp-twin.json')
        writeFileSync(
          file,
          readFileSync(file, 'utf8').replace(JSON.stringify(detail[0]), () => text),
        )
        return place.type(command)
      },
    }
    await diagnosedAndFixed(place, 'literal-paths error', [byHand])
    expect(place.servers(own, 'claude-code').notes?.args?.[1]).toBe('/mnt/c/Users/Ana/notes')
  })

  it('an unset ${VAR}', async () => {
    const web = { command: nodePath, args: ['${path:~/keyed.cjs}'], env: { REGION: '${MY_REGION}' }, only: ['claude-code'] }
    const place = await sound(await usual(), { ...usualServers, web })
    const byHand: Hand = {
      words: /^(export MY_REGION=)… where Claude Code is started; as a line of (~\/\.bashrc) it is there every time$/,
      act: (_, [, line = '', file = '']) => place.type(`echo '${line}eu' >> ${file}`),
    }
    await diagnosedAndFixed(place, 'unset-variables error', [byHand])
  })

  it('a managed configuration that hides user servers', async () => {
    const place = await sound(twinsFromWindows(registry), { tiny: usualServers.tiny })
    place.planted.side(own).write('/etc/claude-code/managed-mcp.json', '{"mcpServers": {"company": {"command": "/bin/true"}}}')
    await diagnosedAndFixed(place, 'claude-code-managed error')
    expect(place.planted.side(own).has('/etc/claude-code/managed-mcp.json')).toBe(false)
  })

  it('a server that prints to stdout', async () => {
    const place = await sound(await usual(), { ...usualServers, loud: { package: 'loud-server@1.0.0' } })
    await diagnosedAndFixed(place, 'stdout-clean warning', [], ['--deep'])
    expect(Object.keys(place.servers(own, 'claude-code'))).not.toContain('loud')
  })

  it('a server that hangs', async () => {
    const place = await sound(await usual(), { ...usualServers, stuck: { package: 'stuck-server@1.0.0' } })
    // The others have to answer within it, on a busy machine too.
    place.variables.MCP_TIMEOUT = '12000'
    const { shown } = await diagnosedAndFixed(place, 'server-starts error', [], ['--deep'])
    expect(shown.replace(/\s+/g, ' ')).toMatch(/✗ stuck as Claude .* starts? it, it does not answer/)
    expect(shown).toContain('waiting for the database')
  })

  it('interop off', async () => {
    const place = await usual()
    let exec: unknown
    place.see(([, windows]) => {
      exec = windows?.exec
      delete windows?.exec
    })
    const byHand: Hand = {
      words: /^in PowerShell: wsl --shutdown, then open the distribution again$/,
      act: async () => {
        place.see(([, windows]) => Object.assign(windows ?? {}, { exec }))
        return 'the machine has been started again'
      },
    }
    await diagnosedAndFixed(place, 'interop error', [byHand])
  })
})

describe('several faults at once', () => {
  it('are all found in one run, and fixed together', async () => {
    const place = await usual()
    writeFileSync(desktopFile(place), '{}')
    rmSync(join(place.home, '.mcp-twin/npm/tiny-server@1.0.0'), { recursive: true })
    const found = summary(await place.doctor())
    expect(found).toEqual(expect.arrayContaining(['entries-kept error', 'server-installed error']))
    await diagnosedAndFixed(place, 'entries-kept error')
    expect(existsSync(join(place.home, '.mcp-twin/npm/tiny-server@1.0.0'))).toBe(true)
  })
})
