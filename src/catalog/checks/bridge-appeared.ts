import { defineBridgeCheck } from '../../core/doctor/bridge.ts'
import { quoted } from '../../core/doctor/names.ts'
import { joinPath, toHere } from '../../core/paths.ts'

const mostShown = 20

/** Files that start programs by themselves later and that commands in the sandbox made: a person looks at them before anything does. */
export const bridgeAppeared = defineBridgeCheck({
  id: 'bridge-appeared',
  title: 'commands created no file that runs by itself later',
  run: ({ appeared, folder, home }, { shell }) => {
    if (appeared.length === 0) return []
    const list = joinPath(home, folder, 'sandbox', 'appeared.json')
    const path = toHere(home, list) ?? list
    const more = appeared.length - mostShown
    const clients = [...new Set(appeared.map(({ client }) => client))].join(', ')
    return [
      {
        level: 'warning',
        subject: `${appeared.length} ${appeared.length === 1 ? 'file' : 'files'}`,
        message: `made or changed by commands of ${clients}; git, an editor or an MCP client would run their content`,
        detail: [...appeared.slice(-mostShown).map((each) => each.path), ...(more > 0 ? [`and ${more} more, in ${list}`] : [])],
        fix: `look at them, remove what you do not want, then: ${shell === 'windows' ? `del "${list}"` : `rm ${quoted(path)}`}`,
      },
    ]
  },
})
