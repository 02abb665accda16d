import { bridgeSays, defineBridgeCheck, searchingOff } from '../../core/doctor/bridge.ts'
import { bySync } from '../../core/doctor/fix.ts'
import type { EnvironmentKind } from '../../model/environment.ts'

const install: Record<EnvironmentKind, string> = {
  wsl: 'sudo apt install ripgrep',
  linux: 'sudo apt install ripgrep',
  macos: 'brew install ripgrep',
  windows: 'winget install BurntSushi.ripgrep.MSVC',
}

/** ripgrep comes with the program where its optional dependencies do; without it, and without one on PATH, the family is off. */
export const bridgeSearch = defineBridgeCheck({
  id: 'bridge-search',
  title: 'the bridge can search',
  run: ({ home, rules, searching: { packaged, onPath } }, facts) => {
    if (!rules.families.includes('search')) return []
    const isOff = bridgeSays(facts, searchingOff) !== null
    if (!isOff && (packaged !== false || onPath)) return []
    const message = onPath
      ? 'a program starts the bridge with a PATH that lacks ripgrep, so its search tools are off'
      : 'ripgrep is not installed, so the search tools are off'
    // The check in-sync also reports a copy that this program can complete.
    const remedy = facts.plan.self.some(({ environment }) => environment === home.id) ? bySync : { fix: install[home.kind] }
    return [{ level: 'warning', subject: 'search', message, ...remedy }]
  },
})
