import { cpus } from 'node:os'

/** What a figure is worth nothing without. */
export function describeMachine() {
  const [{ model }] = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: `${cpus().length} x ${model.trim()}`,
    node: `Node ${process.version.slice(1)}, ${process.platform} ${process.arch}`,
  }
}
