import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lacksLab, linuxHome, resetLab } from '../support/lab.ts'
import { describeUnless } from '../support/left-out.ts'
import { openByEntry, placeClients } from './support/clients.ts'
import * as lab from './support/story.ts'

// One piece of work, decided on in Claude Desktop on Windows and done in Claude Code in WSL, as two real MCP clients of
// different protocol eras have it by their own entries. Nobody copies anything by hand.

describeUnless(await lacksLab(), 'a conversation of two programs, one on each side', () => {
  afterAll(() => resetLab())
  beforeAll(async () => {
    await resetLab()
    lab.publishToLab()
    placeClients()
    lab.write(join(linuxHome, '.mcp-twin/mcp-twin.json'), '{ "version": 1, "servers": {} }')
    const init = await lab.byNpx.onLinux(['init', '--yes', '--json', '--quiet'])
    expect(init.code, init.stdout + init.stderr).toBe(0)
  })

  it('decides in one, goes on in the other, asks back, and ends with both knowing', async () => {
    const [desktop, code] = await Promise.all([openByEntry('claude-desktop', 'legacy'), openByEntry('claude-code', 'modern')])

    // What was decided in Desktop is known in Code, under its name and by its words.
    const decision = { method: 'JWT', library: 'jsonwebtoken' }
    const rationale = 'Stateless, and it works across services'
    await desktop.ask('memory_set', { key: 'auth-approach', value: decision, rationale, tags: ['auth'] })
    expect(await code.data('memory_get', { key: 'auth-approach' })).toMatchObject({
      ...{ found: true, value: decision, rationale, tags: ['auth'], by: 'claude-desktop' },
    })
    const { results } = await code.data('memory_search', { query: 'how do we do auth, and with which library?' })
    expect(results).toMatchObject([{ key: 'auth-approach' }])

    // The work is handed over with a file. Code is waiting, and told at once.
    await desktop.ask('write_file', { path: 'plan.md', content: '1. the form\n2. the token\n' })
    const { cursor } = await code.data('wait_for_change', { timeout_ms: 1 })
    const waited = code.data('wait_for_change', { since: cursor, timeout_ms: 50_000 })
    const { text: windowsPath } = await desktop.ask('translate_path', { path: 'plan.md', to: 'windows' })
    const { id } = await desktop.data('handoff_create', {
      ...{ title: 'Login form', to: 'claude-code', goal: 'Users can log in', acceptance: 'its test passes', files: [windowsPath] },
      sections: [
        { heading: 'All that was said', body: 'We talked about colours. '.repeat(2000), priority: 5 },
        { heading: 'Decision', body: 'One form, JWT as in auth-approach', priority: 1 },
      ],
    })
    expect(await waited).toMatchObject({
      changes: expect.arrayContaining([expect.objectContaining({ kind: 'handoff', id, by: 'claude-desktop' })]),
      waiting: '1 handoff waits for you: call inbox.',
    })

    // It is picked up: the most important comes first, what is left out is named, and the file's path is right on this side.
    const picked = await code.prompt('pick_up')
    for (const words of ['Users can log in', 'One form, JWT as in auth-approach']) expect(picked).toContain(words)
    const read = await code.data('handoff_read', { id, max_tokens: 1000 })
    expect((read.sections as { heading: string }[])[0]).toMatchObject({ heading: 'Decision' })
    expect(JSON.stringify(read).length).toBeLessThan(4000)
    const [file] = read.files as { path: string; windows: string }[]
    expect(file).toMatchObject({ path: expect.stringMatching(/^\/home\/ana\/.*\/plan\.md$/), windows: windowsPath })
    expect((await code.ask('read_file', { path: file?.path })).text).toContain('2. the token')
    await expect(desktop.ask('handoff_claim', { id })).rejects.toThrow(/claimed by claude-code/)

    // Code asks back, and Desktop's next answer says so. The answer waits for Code.
    const question = await code.data('ask_twin', { question: 'Does the token expire?', handoff: id })
    expect((await desktop.data('memory_list')).waiting).toBe('1 question waits for you: call inbox.')
    expect((await desktop.data('inbox')).questions).toMatchObject([{ id: question.id, question: 'Does the token expire?' }])
    await desktop.ask('answer_twin', { question_id: question.id, answer: 'After an hour' })
    expect((await code.data('inbox')).answers).toMatchObject([{ answer: 'After an hour' }])

    // Both look at the same things, and each is told what it asked to be told of.
    const [plan, memory] = ['twin://workspace/plan.md', 'twin://memory/shared/auth-approach']
    await desktop.client.subscribeResource({ uri: plan })
    await code.client.listen({ resourceSubscriptions: [memory] })
    await code.ask('edit_file', { path: 'plan.md', edits: [{ old_string: '2. the token', new_string: '2. the token (1 h)' }] })
    await desktop.ask('memory_set', { key: 'auth-approach', value: { ...decision, expires: '1h' }, rationale })
    const told = () => [desktop, code].map((each) => each.told.filter((uri) => uri !== null))
    await expect.poll(told).toEqual([[plan], [memory]])
    expect((await code.client.readResource({ uri: memory })).contents).toMatchObject([{ text: expect.stringContaining('1h') }])
    expect((await desktop.client.readResource({ uri: plan })).contents).toMatchObject([{ text: '1. the form\n2. the token (1 h)\n' }])

    // Two that change the same thing at once do not overwrite each other.
    await expect(code.ask('memory_set', { key: 'auth-approach', value: 'mine', if_version: 1 })).rejects.toThrow(/at version 2, not 1/)
    expect((await code.data('memory_history', { key: 'auth-approach' })).versions).toHaveLength(2)

    // Code is done. Desktop sees it, and goes on when Code is gone.
    await code.ask('handoff_update', { id, status: 'done', note: 'The form works, its test passes.' })
    await code.client.close()
    expect(await desktop.data('handoff_read', { id })).toMatchObject({
      ...{ status: 'done', questions: [{ answer: 'After an hour' }] },
      notes: expect.arrayContaining([expect.objectContaining({ note: 'The form works, its test passes.', by: 'claude-code' })]),
    })
    await desktop.client.close()
    expect(await lab.leftoversOf('serve --client')).toEqual([])
  })
})
