import { defineCheck, type HookFacts } from '../../core/doctor/facts.ts'
import type { CheckResult } from '../../model/check.ts'

const again = 'mcp-twin init --yes --no-import --hook'

const words: Readonly<Record<HookFacts['found'], Pick<CheckResult, 'level' | 'message' | 'fix'>>> = {
  ours: { level: 'ok', message: 'its SessionStart hook shows what waits when a conversation begins' },
  off: {
    level: 'info',
    message: 'all hooks are switched off in its settings ("disableAllHooks"), so nothing shows what waits when a conversation begins',
  },
  outdated: {
    level: 'warning',
    message: 'its SessionStart hook starts a node or a program that is no longer in use, so it shows nothing',
    fix: again,
  },
  edited: { level: 'info', message: 'its SessionStart hook was edited since mcp-twin wrote it; it is left as it is, by uninstall too' },
  gone: { level: 'warning', message: 'its SessionStart hook is gone, so nothing shows what waits when a conversation begins', fix: again },
  unreadable: { level: 'warning', message: 'its settings cannot be read, so its hooks do not run', fix: 'fix the file by hand' },
}

/** The hook that init offers must be where it was written, and start the program that is in use. */
export const claudeCodeHook = defineCheck({
  id: 'claude-code-hook',
  group: 'programs',
  title: 'the hook that shows what waits is in place',
  run({ hook }) {
    if (hook === undefined) return []
    const { client, environment, file, found, why } = hook
    const { message, ...rest } = words[found]
    return [
      {
        ...rest,
        message: why === null ? message : `${message}: ${why}`,
        subject: client.label,
        environment: environment.id,
        ...(found === 'ours' ? {} : { detail: [file] }),
      },
    ]
  },
})
