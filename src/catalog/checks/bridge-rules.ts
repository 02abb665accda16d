import { defineBridgeCheck } from '../../core/doctor/bridge.ts'
import { quoted } from '../../core/doctor/names.ts'
import { joinPath, toHere } from '../../core/paths.ts'
import type { CheckResult } from '../../model/check.ts'

const restart = 'then restart the programs that use the bridge'

/** A sentence of the bridge on what it does not use; a path that stays open though it was to be closed is the worst. */
function judge(message: string): CheckResult {
  if (message.startsWith('The closed path '))
    return {
      level: 'error',
      subject: 'bridge.deny',
      message,
      fix: `write it absolute or from ~ in bridge.deny of the manifest, ${restart}`,
    }
  if (message.startsWith('The path of bridge.allow '))
    return {
      level: 'warning',
      subject: 'bridge.allow',
      message,
      fix: `remove it from bridge.allow in the manifest, or write it absolute, from ~ or as a name such as .git/hooks, ${restart}`,
    }
  const isFamily = message.startsWith('The manifest names a tool family ')
  return {
    level: 'warning',
    subject: isFamily ? 'bridge.families' : 'bridge',
    message,
    fix: isFamily ? `remove it from bridge.families in the manifest, ${restart}` : `fix it in the manifest, ${restart}`,
  }
}

/** Settings of the bridge, by people and by conversations, must be valid. */
export const bridgeRules = defineBridgeCheck({
  id: 'bridge-rules',
  title: 'all settings of the bridge are valid',
  run: ({ rules, folder, home }, { shell }) => {
    const found = rules.problems.filter((problem) => !problem.startsWith('The root ')).map(judge)
    if (rules.settings === null) return found
    const file = joinPath(home, folder, 'config.json')
    const path = toHere(home, file) ?? file
    const fix = shell === 'windows' ? `ren "${file}" config.json.old` : `mv ${quoted(path)} ${quoted(`${path}.old`)}`
    return [...found, { level: 'warning', subject: 'settings', message: rules.settings, fix }]
  },
})
