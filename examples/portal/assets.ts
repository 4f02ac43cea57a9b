import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Hono } from 'hono'

const TYPES = {
  'portal.css': 'text/css',
  'portal.js': 'text/javascript',
  'favicon.svg': 'image/svg+xml',
} as const
type Name = keyof typeof TYPES
const FOREVER = 'public, max-age=31536000, immutable'

const files = new Map<string, { text: string; type: string }>()
const addresses = {} as Record<Name, string>
for (const [name, type] of Object.entries(TYPES) as [Name, string][]) {
  const text = readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8')
  const version = createHash('sha256').update(text).digest('base64url').slice(0, 10)
  files.set(`${version}/${name}`, { text, type })
  addresses[name] = `/assets/${version}/${name}`
}

/** The address changes with what it holds, so that browsers may keep it. */
export function assetAddress(name: Name): string {
  return addresses[name]
}

export function assets(): Hono {
  const app = new Hono()
  app.get('/:version/:name', (c) => {
    const file = files.get(`${c.req.param('version')}/${c.req.param('name')}`)
    return file
      ? c.body(file.text, 200, {
          'Content-Type': `${file.type}; charset=utf-8`,
          'Cache-Control': FOREVER,
        })
      : c.notFound()
  })
  return app
}
