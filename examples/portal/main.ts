// A client portal on keystep. Start it, then open the address that it prints. What can be set is in configuration.ts.
import { configurationFrom } from './configuration.ts'
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from './demo-accounts.ts'
import { startPortal } from './start.ts'

const configuration = configurationFrom(process.env)
const { origin, panelOrigin, close } = await startPortal(configuration)
console.log(`
  Portal         ${configuration.publicOrigin ?? origin}
  Control panel  ${panelOrigin}${configuration.sms.via === 'phone' ? `\n  Phone          ${origin}/phone` : ''}${configuration.mail === 'outbox' ? `\n  Outbox         ${origin}/outbox` : ''}

${DEMO_ACCOUNTS.map(({ email, is }) => `  ${email}  ${is}`).join('\n')}
  password of all three: ${DEMO_PASSWORD}
${configuration.isKeyGenerated ? '\n  KEYSTEP_KEYS is not set: a key was made for this run, and second factors end with it.\n' : ''}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { void close() })
