// A client portal on keystep. Start it, then open the address that it prints. What can be set is in
// configuration.ts.
import { type Configuration, configurationFrom } from './configuration.ts'
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from './demo-accounts.ts'
import { type Started, startPortal } from './start.ts'

try {
  const configuration = configurationFrom(process.env)
  const started = await startPortal(configuration)
  console.log(greeting(configuration, started))
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      void started.close()
    })
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException
  console.error(
    `The portal could not start: ${message}${code === 'EADDRINUSE' ? '. PORT and PANEL_PORT choose others' : ''}`,
  )
  process.exit(1)
}

function greeting(
  { publicOrigin, sms, mail, isKeyGenerated }: Configuration,
  { origin, panelOrigin }: Started,
): string {
  const address = publicOrigin ?? origin
  const lines = [
    `Portal         ${address}`,
    `Control panel  ${panelOrigin}`,
    ...(sms.via === 'phone' ? [`Phone          ${address}/phone`] : []),
    ...(mail === 'outbox' ? [`Outbox         ${address}/outbox`] : []),
    '',
    ...DEMO_ACCOUNTS.map(({ email, is }) => `${email}  ${is}`),
    `The password of all three: ${DEMO_PASSWORD}`,
    ...(isKeyGenerated
      ? [
          '',
          'KEYSTEP_KEYS is not set: a key was made for this run, and second factors end with it.',
        ]
      : []),
  ]
  return `\n${lines.map((line) => (line === '' ? line : `  ${line}`)).join('\n')}\n`
}
