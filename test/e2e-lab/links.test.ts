import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inWindows, lacksLab, linuxHome, resetLab, windowsProfile } from '../support/lab.ts'
import { describeUnless } from '../support/left-out.ts'
import { openByEntry, placeClients } from './support/clients.ts'
import * as lab from './support/story.ts'

// A window of Claude Desktop, asked for by a program in WSL: Windows itself hands the link to whoever is registered for its
// scheme, and here that is a program which writes down how it was started.

// Where an installation for all users registers it: Wine's HKEY_CLASSES_ROOT leaves out the classes of one user.
const scheme = 'HKLM\\Software\\Classes\\claude'
const recorder = `${lab.windowsHome}\\record-link.mjs`
const opened = join(windowsProfile, 'opened.jsonl')
const recording = `
import { appendFileSync } from 'node:fs'
const { platform, argv, env } = process
appendFileSync(process.env.USERPROFILE + '\\\\opened.jsonl', JSON.stringify({ platform, words: argv.slice(2), env }) + '\\n')
`
const conversation = '1F0A7B52-93c4-4d1e-8a66-0123456789ab'
const prompt = 'Merge "the plan" & say %PATH% of MARKER-7c1'

interface Opened {
  readonly platform: string
  readonly words: readonly string[]
  readonly env: Record<string, string>
}
const recorded = (): Opened[] =>
  existsSync(opened)
    ? readFileSync(opened, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : []

async function registry(...words: string[]): Promise<void> {
  const { code, text } = await inWindows(['reg', ...words, '/f'])
  expect(code, text).toBe(0)
}

describeUnless(await lacksLab(), 'a window of Claude Desktop on Windows', () => {
  beforeAll(async () => {
    await resetLab()
    lab.publishToLab()
    placeClients()
    lab.write(join(windowsProfile, 'record-link.mjs'), recording)
    const command = `"C:\\Program Files\\nodejs\\node.exe" "${recorder}" "%1"`
    await registry('add', scheme, '/v', 'URL Protocol', '/d', '')
    await registry('add', `${scheme}\\shell\\open\\command`, '/ve', '/d', command)
    lab.write(join(linuxHome, '.mcp-twin/mcp-twin.json'), '{ "version": 1, "servers": {} }')
    const init = await lab.byNpx.onLinux(['init', '--yes', '--json', '--quiet'])
    expect(init.code, init.stdout + init.stderr).toBe(0)
  })
  afterAll(async () => {
    await registry('delete', scheme)
    await resetLab()
  })

  it('is opened from WSL by one link as one argument, which holds nothing of the prompt', async () => {
    const code = await openByEntry('claude-code', 'modern')
    const ask = async (params: object) => {
      rmSync(opened, { force: true })
      const { id } = await code.data('queue_action', { type: 'open_conversation', to: 'claude-desktop', params })
      const action = await code.data('get_action', { id, timeout_ms: 50_000 })
      // Windows does not wait for the program that takes a link.
      await expect.poll(recorded).toHaveLength(1)
      return { id, action, opened: recorded() }
    }

    const known = await ask({ conversation_id: conversation })
    expect(known.action).toMatchObject({ status: 'done', to: 'claude-desktop' })
    expect(known.opened).toMatchObject([{ platform: 'win32', words: [`claude://claude.ai/chat/${conversation.toLowerCase()}`] }])

    const fresh = await ask({ prompt })
    expect(fresh.action).toMatchObject({ status: 'needs_user', result: { message: expect.stringMatching(/^Press Enter/) } })
    expect(fresh.opened).toMatchObject([
      { platform: 'win32', words: [`claude://claude.ai/new?q=claim%20action%20${fresh.id}%20through%20mcp-twin`] },
    ])
    // Neither in the link nor among the variables that crossed the border.
    expect(JSON.stringify(fresh.opened)).not.toMatch(/MARKER|Merge|plan/)

    await code.client.close()
    expect(await lab.leftoversOf('record-link')).toEqual([])
    expect(await lab.leftoversOf('serve --client')).toEqual([])
  })
})
