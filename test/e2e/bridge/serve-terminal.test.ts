import { expect, it } from 'vitest'
import { describeUnless } from '../../support/left-out.ts'
import { scratch } from '../../support/scratch.ts'
import { lacksTerminal, terminal } from '../../support/terminal.ts'

describeUnless(lacksTerminal, 'serve that a person typed at a terminal', () => {
  it('says what it is for, and which commands people type', async () => {
    const screen = await terminal(scratch(), ['serve'])
    await screen.waitFor('Programs start it')
    expect(await screen.screen()).toContain('mcp-twin inbox')
    await screen.keys('C-c')
    expect(await screen.exit()).not.toBeNull()
  })
})
