import type { Requirement } from 'keystep'
import type { PortalUser } from './portal-facts.ts'

/** Resellers and staff reach other people's servers. */
export function byRole({ isReseller, isStaff }: PortalUser): Requirement {
  return isReseller || isStaff ? 'required' : 'optional'
}
