import { describe, expect, it } from 'vitest'
import { scratch } from '../../support/scratch.ts'
import { eras, type SdkClient, sdkClient } from './sdk-client.ts'

const text = async ({ client }: SdkClient, name: string, args: Record<string, string> = {}): Promise<string> => {
  const { messages } = await client.getPrompt({ name, arguments: args })
  const [{ role, content } = { role: '', content: { type: '' } }] = messages
  expect([messages.length, role, content.type]).toEqual([1, 'user', 'text'])
  return 'text' in content ? content.text : ''
}

const work = (title: string) => ({ title, goal: 'Users can log in', sections: [{ heading: 'Design', body: 'One form, JWT' }] })

describe.each(eras)('prompts of a %s client', (era) => {
  it('hand work over and pick it up', async () => {
    const place = scratch()
    const [desktop, code] = await Promise.all([sdkClient(place, 'claude-desktop', era), sdkClient(place, 'claude-code', era)])
    expect(desktop.client.getServerCapabilities()).toMatchObject({ prompts: {} })
    expect((await desktop.client.listPrompts()).prompts).toMatchObject([
      { name: 'hand_off', arguments: [{ name: 'work', required: false }, { name: 'to' }] },
      { name: 'pick_up', arguments: [{ name: 'id' }] },
    ])
    expect(await text(desktop, 'hand_off', { to: 'claude-code', work: 'the login form' })).toMatch(
      /Hand over this work: the login form\. .*handoff_create[\s\S]*- to: claude-code/,
    )
    expect(await text(code, 'pick_up')).toContain('No handoff waits')
    const { id } = await desktop.data('handoff_create', work('Login form'))
    const picked = await text(code, 'pick_up')
    for (const words of [`handoff ${id}`, 'Login form', 'Users can log in', '## Design', 'One form, JWT']) expect(picked).toContain(words)
    expect((await desktop.data('handoff_list')).handoffs).toMatchObject([{ id, status: 'claimed', claimed_by: 'claude-code' }])
    // Who made it is not offered it, and several are for the person to choose from.
    expect(await text(desktop, 'pick_up')).toContain('No handoff waits')
    for (const title of ['First', 'Second']) await desktop.data('handoff_create', work(title))
    expect(await text(code, 'pick_up')).toMatch(/These handoffs wait:[\s\S]*Second[\s\S]*First[\s\S]*Ask me which one/)
    for (const each of [desktop, code]) await each.client.close()
  })

  it('are refused in words where they cannot be made', async () => {
    const place = scratch()
    const [code, other] = await Promise.all([sdkClient(place, 'claude-code', era), sdkClient(place, 'other', era)])
    await expect(code.client.getPrompt({ name: 'nonsense' })).rejects.toThrow(/no such prompt/)
    await expect(code.client.getPrompt({ name: 'hand_off', arguments: { nonsense: 'x' } })).rejects.toThrow(/takes work, to/)
    await expect(code.client.getPrompt({ name: 'pick_up', arguments: { id: 'h-0' } })).rejects.toThrow(/There is no handoff h-0/)
    const { id } = await code.data('handoff_create', work('Login form'))
    await text(other, 'pick_up')
    await expect(code.client.getPrompt({ name: 'pick_up', arguments: { id: String(id) } })).rejects.toThrow(/claimed by other/)
    for (const each of [code, other]) await each.client.close()
  })
})

describe('a bridge without handoffs, or one that changes nothing', () => {
  it.each([['--read-only'], ['--tools', 'files']])('offers none: %s', async (...words) => {
    const { client } = await sdkClient(scratch(), 'claude-code', 'legacy', words)
    expect((await client.listPrompts()).prompts).toEqual([])
    await expect(client.getPrompt({ name: 'pick_up' })).rejects.toThrow(/no such prompt/)
    await client.close()
  })
})
