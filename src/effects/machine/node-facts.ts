import { jsonOrNull } from '../../core/formats/json/loose.ts'
import { type Environment, type NodeFacts, nodeFactsSchema } from '../../model/environment.ts'
import { fileVariables } from './variables.ts'

const mark = '@mcp-twin:node '

/** Variables that are asked for, whatever the side. */
const wanted = [
  'USERNAME',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'SystemRoot',
  'CLAUDE_CONFIG_DIR',
  ...fileVariables,
  'PREFIX',
  'npm_config_prefix',
  'NPM_CONFIG_PREFIX',
  'npm_config_userconfig',
  'NPM_CONFIG_USERCONFIG',
]

/**
 * A script for `node -e` that tells about its side in one marked line. It holds no double quote, backslash, dollar or line
 * break: it travels through a Windows command line, and in a variable of a login shell.
 */
export const nodeScript = [
  `const v={},e=process.env,r=p=>{try{return require('fs').realpathSync.native(p)}catch{return p}},u=()=>{try{return require('os').userInfo().username}catch{return ''}}`,
  `for(const n of ${JSON.stringify(wanted).replaceAll('"', "'")})if(e[n])v[n]=e[n]`,
  `const o={node:r(process.execPath),version:process.versions.node,platform:process.platform,user:u(),home:require('os').homedir(),variables:v}`,
  `process.stdout.write(String.fromCharCode(10)+'${mark}'+JSON.stringify(o)+String.fromCharCode(10))`,
].join(';')

/** The marked line among whatever a login shell or a wrapper printed beside it; null when there is none. */
export function readNodeFacts(text: string): NodeFacts | null {
  const line = text.split('\n').find((each) => each.startsWith(mark))
  if (line === undefined) return null
  const facts = nodeFactsSchema.safeParse(jsonOrNull(line.slice(mark.length)))
  return facts.success ? facts.data : null
}

/** The oldest node that this program runs on, and nearly every server with it. */
const MAJOR_MIN = 20

/** Why a side's node is of no use to us; null: it is new enough. */
export const tooOld = ({ node, version }: NodeFacts, hint: string): Environment['trouble'] | null =>
  Number(version.split('.')[0]) >= MAJOR_MIN
    ? null
    : { reason: `its node is too old: ${version} (${node}), and ${MAJOR_MIN} is the least`, hint }
