import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { build } from 'esbuild'
import { generateKeyringKey } from 'keystep'
import ts from 'typescript'
import { obtain } from '../runtime/obtain.ts'
import { versions } from '../runtime/targets.ts'
import type { Started } from './portal-walk.ts'

/**
 * As much of miniflare as is needed here; it is fetched for the runtimes and is no dependency of
 * the project.
 */
interface Miniflare {
  readonly ready: Promise<URL>
  dispose(): Promise<void>
}

/** As much of wrangler.jsonc as the examples say. */
interface Wrangler {
  main: string
  compatibility_date: string
  d1_databases?: { binding: string }[]
  durable_objects?: { bindings: { name: string; class_name: string }[] }
  migrations?: { new_sqlite_classes: string[] }[]
}

/** Starts the Worker of a folder in workerd, bundled and bound as its wrangler.jsonc says. */
export async function startWorker(folder: string): Promise<Started> {
  const { Miniflare } = createRequire(`${await obtain(versions.miniflare)}/`)('miniflare') as {
    Miniflare: new (options: object) => Miniflare
  }
  const config = ts.parseConfigFileTextToJson(
    'wrangler.jsonc',
    readFileSync(`${folder}/wrangler.jsonc`, 'utf8'),
  ).config as Wrangler
  const bundle = await build({
    entryPoints: [`${folder}/${config.main}`],
    bundle: true,
    format: 'esm',
    write: false,
    conditions: ['workerd', 'worker'],
    external: ['cloudflare:workers'],
  })
  const onSqlite = (config.migrations ?? []).flatMap(({ new_sqlite_classes: classes }) => classes)
  const objects = (config.durable_objects?.bindings ?? []).map(
    ({ name, class_name: className }) => [
      name,
      { className, useSQLite: onSqlite.includes(className) },
    ],
  )
  const workerd = new Miniflare({
    host: '127.0.0.1',
    port: 0,
    modules: true,
    script: bundle.outputFiles[0]!.text,
    compatibilityDate: config.compatibility_date,
    d1Databases: (config.d1_databases ?? []).map(({ binding }) => binding),
    durableObjects: Object.fromEntries(objects) as object,
    bindings: { KEYSTEP_KEYS: generateKeyringKey() },
  })
  return { origin: (await workerd.ready).origin, stop: () => workerd.dispose() }
}
