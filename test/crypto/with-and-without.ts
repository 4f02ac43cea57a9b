import { vi } from 'vitest'

/**
 * A module anew, on a platform that has modules of its own or on one without. `use` makes it look,
 * since what is found is kept.
 */
export async function loadOn<T>(
  platform: 'with modules' | 'without',
  load: () => Promise<T>,
  use: (module: T) => unknown,
): Promise<T> {
  vi.resetModules()
  if (platform === 'without') vi.stubGlobal('process', { ...process, getBuiltinModule: undefined })
  const module = await load()
  await use(module)
  vi.unstubAllGlobals()
  return module
}
