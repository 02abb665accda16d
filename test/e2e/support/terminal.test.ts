import { expect, it } from 'vitest'
import { describeUnless } from '../../support/left-out.ts'
import { nodePath } from '../../support/machine.ts'
import { leftovers } from '../../support/processes.ts'
import { scratch } from '../../support/scratch.ts'
import { lacksTerminal, terminal } from '../../support/terminal.ts'

describeUnless(lacksTerminal, 'a program in a real terminal', () => {
  const argv = [
    nodePath,
    '-e',
    'process.stdout.write(`tty ${process.stdin.isTTY} ${process.env.HOME}> `); process.stdin.once("data", (d) => { console.log("got", d.toString()); process.exit(3) })',
  ]

  it('sees a terminal, gets what is typed, and its exit code is known', async () => {
    const place = scratch()
    const shown = await terminal(place, [], { argv, width: 200 })
    await shown.waitFor(`tty true ${place.home}>`)
    await shown.type("it's $HOME")
    await shown.keys('Enter')
    expect(await shown.exit()).toBe(3)
    expect(await shown.screen()).toContain("got it's $HOME")
    await shown.close()
    expect(await leftovers(place.root)).toEqual([])
  })

  it('shows the screen when what was awaited does not come', async () => {
    const shown = await terminal(scratch(), [], { argv })
    await expect(shown.waitFor('never shown', 300)).rejects.toThrow(/never shown.*\n.*tty true/s)
  })
})
