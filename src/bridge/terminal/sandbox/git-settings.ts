import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '../../base/limits.ts'
import { codeOf } from '../../base/refusal.ts'
import { closedPatterns } from './found.ts'

/** Of the person's own settings those that decide what a commit says and how files are compared; none names a program. */
const taken =
  /^(user\.(name|email)|init\.defaultbranch|core\.(autocrlf|eol|filemode|symlinks|ignorecase|precomposeunicode)|pull\.(rebase|ff)|merge\.conflictstyle|safe\.directory)$/

/** Absolute, since a folder of PATH may be one that commands write to. */
const programs = ['/usr/bin/git', '/usr/local/bin/git'] as const
const system = '/etc/gitconfig'
const quoted = (value: string): string => `"${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`

/** `user.name` and the like as lines of a configuration; none where there is no git, or nothing is set. Git starts no program for `--list`. */
async function personal(home: string): Promise<string[]> {
  const program = programs.find((each) => existsSync(each))
  if (program === undefined) return []
  const text = await new Promise<string>((resolve) => {
    const options = { cwd: '/', env: { HOME: home }, timeout: limits.probeMs }
    execFile(program, ['config', '--global', '--includes', '--null', '--list'], options, (error, stdout) => resolve(error ? '' : stdout))
  })
  return text.split('\0').flatMap((entry) => {
    const end = entry.indexOf('\n')
    const [section = '', key = ''] = entry.slice(0, end).split('.')
    return end > 0 && taken.test(entry.slice(0, end)) ? [`[${section}]`, `${key} = ${quoted(entry.slice(end + 1))}`] : []
  })
}

/**
 * Closed files keep their size and time in the sandbox, not their content: git compares no more than that, or, where it
 * must read one, takes what it has recorded for its content; and it adds none that it does not have yet. Where a branch
 * comes from is not recorded, since that is written into the configuration.
 */
const ours = (folder: string): string => `[core]
checkStat = minimal
trustctime = false
excludesFile = ${folder}/gitignore
attributesFile = ${folder}/gitattributes
[filter "mcp-twin-closed"]
clean = git cat-file blob :%f 2>/dev/null || cat
[branch]
autoSetupMerge = false
`

/** Where git's settings of the machine lie in the sandbox, and what they are there. */
export interface GitSettings {
  readonly source: string
  readonly at: string
}

/** Writes the files that take the place of the machine's settings for git in the sandbox. `folder`: where no command writes. */
export async function writeGitSettings(folder: string, home: string, random: (bytes: number) => string): Promise<GitSettings[]> {
  const machine = textOf(system)
  const files = {
    gitconfig: [machine, ...(await personal(home)), ours('/etc')].join('\n'),
    gitattributes: `${textOf('/etc/gitattributes')}\n${closedPatterns.map((path) => `${path} filter=mcp-twin-closed -text`).join('\n')}\n`,
    gitignore: `${closedPatterns.join('\n')}\n`,
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return Object.entries(files).map(([name, text]) => {
    const path = join(folder, name)
    const beside = `${path}.${random(4)}`
    writeFileSync(beside, text, { mode: 0o444 })
    renameSync(beside, path)
    return { source: path, at: `/etc/${name}` }
  })
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === '') throw error
    return ''
  }
}
