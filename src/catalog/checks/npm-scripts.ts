import { defineCheck } from '../../core/doctor/facts.ts'
import { list } from '../../core/doctor/names.ts'
import { environmentLabel } from '../../core/participants.ts'

/** Install scripts are not run unless a server is allowed them; a server with native parts may then fail to start. */
export const npmScripts = defineCheck({
  id: 'npm-scripts',
  group: 'servers',
  title: 'no package needs install scripts that were not run',
  run: ({ packages, input }) =>
    packages
      .filter(({ scripts, servers }) => scripts.length > 0 && servers.some((name) => input.manifest.servers[name]?.allowScripts !== true))
      .map(({ environment, name, pinned, servers, scripts }) => ({
        level: 'info',
        subject: list(servers),
        message: `install scripts of ${name} ${pinned} were not run on ${environmentLabel(environment)}; it may need them`,
        detail: scripts.filter((each) => each !== `${name}@${pinned}`),
        fix: `write "allowScripts": true for ${list(servers)} in the manifest if it does not start, then: mcp-twin sync`,
        environment: environment.id,
      })),
})
