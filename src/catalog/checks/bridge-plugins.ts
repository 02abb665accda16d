import { defineBridgeCheck } from '../../core/doctor/bridge.ts'

/** Reports allowed plugins that no longer run, so that a person looks at the file before allowing it again. */
export const bridgePlugins = defineBridgeCheck({
  id: 'bridge-plugins',
  title: 'allowed plugins run',
  run: ({ rules }) =>
    rules.plugins.map(({ file, why }) => ({
      level: 'warning',
      subject: file,
      message: `this plugin is off: ${why}`,
      fix: `look at the file; to allow it: mcp-twin plugin allow ${file}; to leave it out: mcp-twin plugin revoke ${file}`,
    })),
})
