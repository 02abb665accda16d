import { describe, expect, it } from 'vitest'
import { scratch } from '../../support/scratch.ts'
import { eras, sdkClient } from './sdk-client.ts'

describe.each(eras)('resources of a %s client', (era) => {
  it('are listed and read, and changed ones told to who asked for them alone', async () => {
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
})
