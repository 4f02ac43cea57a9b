import type { Requirement } from 'keystep'
import type { PortalUser } from './portal-facts.ts'

export const BUSINESS_FROM: Date = new Date('2027-03-01T00:00:00Z')

/** Business accounts have until the first of March. */
export function fromADate({ isBusiness }: PortalUser): Requirement {
  return isBusiness ? { from: BUSINESS_FROM } : 'optional'
}
