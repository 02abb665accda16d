import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { pluginsFolder, readPluginFile } from '../../../src/bridge/plugins/file.ts'
import { PluginRunner } from '../../../src/bridge/plugins/runner.ts'
import { patience, type Patience, type RunningPlugin } from '../../../src/bridge/plugins/running.ts'
import { startPlugin } from '../../../src/bridge/plugins/start-plugin.ts'
import type { Call } from '../../../src/bridge/base/call.ts'
import type { ForeignTool } from '../../../src/bridge/foreign/tool.ts'
import { bundle } from '../../support/bundle.ts'
import { pluginText } from '../../support/plugins.ts'
import { leftovers } from '../../support/processes.ts'
import { type Desk, desk } from '../../support/desk.ts'

let folder: string
let program: string
let place: Desk
const open: { end(): Promise<void> }[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plugin-child-'))
  program = await bundle(fileURLToPath(new URL('../../../src/bridge/plugins/child/main.ts', import.meta.url)), join(folder, 'child.mjs'))
  place = desk()
  mkdirSync(pluginsFolder(place.folder), { mode: 0o700 })
})
afterEach(async () => {
  for (const each of open.splice(0)) await each.end()
  expect(await leftovers(place.base)).toEqual([])
})
afterAll(async () => {
  await place.close()
  rmSync(folder, { recursive: true })
})

const put = (text: string) => {
  writeFileSync(join(pluginsFolder(place.folder), 'p.js'), text, { mode: 0o600 })
  return readPluginFile(pluginsFolder(place.folder), 'p.js')
}

async function started(text: string, times: Partial<Patience> = {}, platform: NodeJS.Platform = process.platform): Promise<RunningPlugin> {
  const settings = { ...place.bridge.settings, platform }
  const options = { settings, program, tag: `${process.pid}-0.plugin.`, take: () => undefined, patience: { ...patience, ...times } }
  const { plugin } = await startPlugin(put(text), options)
  open.push(plugin)
  return plugin
}

const never = new AbortController().signal

describe('the process of a plugin', () => {
  it('whose handler only waits too long answers other calls, and is not broken', async () => {
    const plugin = await started(pluginText('a', '({ wait }) => wait ? new Promise(() => {}) : "fine"'), { callMs: 200 })
    expect(await plugin.call('a', { wait: true }, never)).toEqual({ kind: 'slow' })
    // On a busy machine any call may take longer than this limit.
    await expect.poll(() => plugin.call('a', {}, never)).toMatchObject({ kind: 'answer', content: [{ text: 'fine' }] })
    expect(plugin.usable).toBe(true)
  })

  it('in an endless loop is broken, for every call that waits', async () => {
    const plugin = await started(pluginText('a', '() => { for (;;); }'), { callMs: 200, pingMs: 200 })
    const calls = await Promise.allSettled([plugin.call('a', {}, never), plugin.call('a', {}, never)])
    for (const call of calls) expect(call).toMatchObject({ reason: { message: expect.stringContaining('endless loop') } })
    expect(plugin.usable).toBe(false)
  })

  it('learns that a call was cancelled', async () => {
    const handler =
      '({ look }, { signal }) => look ? String(globalThis.over) : new Promise(() => signal.addEventListener("abort", () => { globalThis.over = true }))'
    const plugin = await started(pluginText('a', handler))
    const controller = new AbortController()
    const call = plugin.call('a', {}, controller.signal)
    controller.abort(new Error('cancelled'))
    await expect(call).rejects.toThrow('cancelled')
    expect(await plugin.call('a', { look: true }, never)).toMatchObject({ content: [{ text: 'true' }] })
  })

  it('behind the guard that Windows gets', async () => {
    const plugin = await started(pluginText('a', '({ end }) => end ? process.exit(3) : "fine"'), {}, 'win32')
    expect(await plugin.call('a', {}, never)).toMatchObject({ content: [{ text: 'fine' }] })
    await expect(plugin.call('a', { end: true }, never)).rejects.toThrow('its process ended by itself (exit code 3)')
  })
})

const tool: ForeignTool = {
  name: 'a',
  tool: 'a',
  source: 'p.js',
  family: 'plugins',
  description: '',
  inputSchema: { type: 'object' },
  annotations: {},
}
const call: Call = {
  client: 'c',
  session: 's',
  get signal() {
    return new AbortController().signal
  },
  progress: () => undefined,
  begin: () => undefined,
  room: 80_000,
  refused: () => undefined,
}

describe('the plugins of a bridge', () => {
  const runner = (idleMs?: number) => {
    const { settings, log, redaction } = place.bridge
    const made = new PluginRunner({ settings, log, redaction, program, ...(idleMs !== undefined && { idleMs }) })
    open.push({ end: () => made.close() })
    return made
  }
  const pid = async (plugins: PluginRunner, digest: string) => (await plugins.call(tool, digest, {}, call)).content

  it('keep their process from call to call, and end it when none comes', async () => {
    const { digest } = put(pluginText('a', '() => String(process.pid)'))
    const lasting = runner()
    expect(await pid(lasting, digest)).toEqual(await pid(lasting, digest))
    await lasting.close()
    const short = runner(100)
    const first = await pid(short, digest)
    expect(await leftovers(place.base)).toEqual([])
    expect(await pid(short, digest)).not.toEqual(first)
  })

  it('take over what was allowed anew, and finish the calls of the former one', async () => {
    const before = put(pluginText('a', '() => new Promise((resolve) => setTimeout(() => resolve("old"), 500))'))
    const plugins = runner()
    const slow = plugins.call(tool, before.digest, {}, call)
    const { digest } = put(pluginText('a', '() => "new"'))
    expect(await plugins.call(tool, digest, {}, call)).toMatchObject({ content: [{ text: 'new' }] })
    expect(await slow).toMatchObject({ content: [{ text: 'old' }] })
  })

  it('start one process for calls that come at once', async () => {
    const { digest } = put(pluginText('a', '() => String(process.pid)'))
    const plugins = runner()
    const answers = await Promise.all(Array.from({ length: 20 }, () => pid(plugins, digest)))
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1)
  })

  it('are refused arguments without end', async () => {
    const { digest } = put(pluginText('a'))
    await expect(runner().call(tool, digest, { text: 'x'.repeat(5 << 20) }, call)).rejects.toThrow(/are the most/)
  })
})
