import { bridgeSays, defineBridgeCheck, terminalOff } from '../../core/doctor/bridge.ts'

const byHand = 'or write "terminal": "off" into "bridge" of the manifest'

/** A sandbox that was asked for and does not hold: nothing is run then, rather than without it. Only starting the bridge tries it. */
export const bridgeTerminal = defineBridgeCheck({
  id: 'bridge-terminal',
  title: 'commands can be run as the manifest says',
  run: ({ rules: { terminal, sandbox, families } }, facts) => {
    if (terminal !== 'sandbox' || !families.includes('terminal')) return []
    const base = { level: 'error', subject: 'terminal: sandbox' } as const
    if (sandbox === 'not-on-this-system')
      return [
        {
          ...base,
          message: 'there is no sandbox on this system, so no command runs',
          fix: `for commands without one write "on", ${byHand}`,
        },
      ]
    if (sandbox === 'not-for-root')
      return [
        {
          ...base,
          message: 'the sandbox cannot confine root, so no command runs',
          fix: `start the programs that use the bridge as an ordinary user, ${byHand}`,
        },
      ]
    if (sandbox === 'not-installed')
      return [{ ...base, message: 'bubblewrap is not installed, so no command runs', fix: 'sudo apt install bubblewrap' }]
    const problem = bridgeSays(facts, terminalOff)
    if (problem === null) return []
    const message = `the sandbox does not work, so no command runs: ${problem.replace(terminalOff, '').replace(/\.$/, '')}`
    const fix = `make this work: bwrap --unshare-all --ro-bind / / true; ${byHand}`
    return [{ ...base, message, fix }]
  },
})
