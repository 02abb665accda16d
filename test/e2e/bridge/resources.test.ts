import { mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { scratch } from '../../support/scratch.ts'
import { eras, sdkClient } from './sdk-client.ts'

describe.each(eras)('resources of a %s client', (era) => {
  it('are listed and read, and announced to their subscribers alone when they change', async () => {
    const place = scratch()
    const [code, desktop] = await Promise.all([sdkClient(place, 'claude-code', era), sdkClient(place, 'claude-desktop', 'legacy')])
    await desktop.call('memory_set', { key: 'a/b c', value: { x: 1 } })
    const uri = 'twin://memory/shared/a%2Fb%20c'
    expect((await code.client.listResources()).resources).toMatchObject([{ uri, name: 'a/b c' }])
    expect((await code.client.listResourceTemplates()).resourceTemplates).toHaveLength(3)
    expect((await code.client.readResource({ uri })).contents).toMatchObject([{ uri, text: '{"x":1}' }])
    for (const strange of ['twin://memory/shared/a%2fb%20c', 'twin://memory/shared/none', 'twin://workspace/../x', 'file:///etc/passwd'])
      await expect(code.client.readResource({ uri: strange })).rejects.toThrow()
    await desktop.call('write_file', { path: 'note.txt', content: 'hello' })
    expect((await code.client.readResource({ uri: 'twin://workspace/note.txt' })).contents).toMatchObject([{ text: 'hello' }])
    if (era === 'legacy') await code.client.subscribeResource({ uri })
    else await code.client.listen({ resourceSubscriptions: [uri] })
    await desktop.call('memory_set', { key: 'other', value: 1 })
    // What is told comes in the order of the changes.
    await expect
      .poll(async () => {
        await desktop.call('memory_set', { key: 'a/b c', value: { x: 2 } })
        return code.told.filter((each) => each !== null)
      })
      .toContain(uri)
    expect(new Set(code.told.filter((each) => each !== null))).toEqual(new Set([uri]))
    expect(desktop.told).toEqual([])
    for (const each of [code, desktop]) await each.client.close()
  })

  it('include files of the workspace, announced when any bridge changes them', async () => {
    const place = scratch()
    const [code, desktop] = await Promise.all([sdkClient(place, 'claude-code', era), sdkClient(place, 'claude-desktop', 'legacy')])
    const uri = 'twin://workspace/plans/first%20one.md'
    mkdirSync(place.path('.mcp-twin/bridge/workspace/plans'), { recursive: true })
    if (era === 'legacy') await code.client.subscribeResource({ uri })
    else await code.client.listen({ resourceSubscriptions: [uri], resourcesListChanged: true })
    const { cursor } = await code.data('wait_for_change', { timeout_ms: 1 })
    await desktop.data('write_file', { path: 'other.md', content: 'x' })
    await desktop.data('write_file', { path: 'plans/first one.md', content: 'x' })
    await expect.poll(() => code.told).toContain(uri)
    await desktop.data('edit_file', { path: 'plans/first one.md', edits: [{ old_string: 'x', new_string: 'y' }] })
    await desktop.data('delete_file', { path: 'plans/first one.md' })
    await expect.poll(() => code.told.filter((each) => each === uri)).toHaveLength(3)
    expect(new Set(code.told)).toEqual(new Set([uri, null]))
    const { changes } = await code.data('wait_for_change', { since: cursor })
    expect(changes).toMatchObject([{ kind: 'file', id: 'other.md', by: 'claude-desktop' }, { id: 'plans/first one.md' }])
    expect((await code.client.listResources()).resources).toMatchObject([{ uri: 'twin://workspace/other.md', mimeType: 'text/plain' }])
    expect(desktop.told).toEqual([])
    for (const each of [code, desktop]) await each.client.close()
  })

  it('are announced as a changed list, however many there are', async () => {
    const place = scratch()
    const [code, desktop] = await Promise.all([sdkClient(place, 'claude-code', era), sdkClient(place, 'claude-desktop', 'legacy')])
    if (era === 'legacy') await code.client.subscribeResource({ uri: 'twin://memory/shared/never' })
    else await code.client.listen({ resourcesListChanged: true })
    for (let n = 0; n < 40; n++) await desktop.data('memory_set', { key: `k${n}`, value: n })
    await expect.poll(() => code.told.length).toBeGreaterThan(1)
    expect(code.told.every((uri) => uri === null)).toBe(true)
    for (const each of [code, desktop]) await each.client.close()
  })
})
