/** What the portal knows of one of its users. Your own tables have it; keystep has no opinion. */
export interface PortalUser {
  readonly id: string
  readonly isStaff: boolean
  readonly isReseller: boolean
  readonly isBusiness: boolean
  /** Of a sub-account: the user id of its account. Of a main account: null. */
  readonly accountId: string | null
}

/**
 * Looks a user up, and rejects for an id that is nobody's: a policy that cannot be had must not
 * read as "nobody must".
 */
export type FindUser = (userId: string) => Promise<PortalUser>
