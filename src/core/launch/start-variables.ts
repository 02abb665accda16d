/** Variables that change how programs start, or what they load, whatever they start. */
const exact = new Set(['PATH', 'NODE_OPTIONS', 'NODE_PATH', 'BASH_ENV', 'PERL5OPT', 'RUBYOPT', 'JAVA_TOOL_OPTIONS'])
const beginnings = ['LD_', 'DYLD_', 'PYTHON', 'NPM_CONFIG_', 'UV_', 'PIP_']

/** Does a variable of this name change how programs start? Windows does not tell cases apart, and npm reads its own in any. */
export function decidesStart(name: string): boolean {
  const upper = name.toUpperCase()
  return exact.has(upper) || beginnings.some((each) => upper.startsWith(each))
}
