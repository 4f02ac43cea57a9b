import { KeystepError } from '../errors.ts'

/** Whether a user must have a second factor: never, now, or from an instant on (a grace period). */
export type Requirement = 'optional' | 'required' | { from: Date }

/** A requirement as of now. */
export interface ResolvedRequirement {
  readonly required: boolean
  /** The end of the grace period, while it runs. */
  readonly enrollBy?: Date
}

interface Policy {
  readonly requirement: (userId: string) => Requirement | Promise<Requirement>
}

/** @throws `ERR_REQUIREMENT`: a policy that cannot be had must not read as "nobody must". */
export async function requirementOf(
  settings: Policy,
  userId: string,
  now: number,
): Promise<ResolvedRequirement> {
  let requirement: Requirement
  try {
    requirement = await settings.requirement(userId)
  } catch (cause) {
    throw new KeystepError('ERR_REQUIREMENT', 'the requirement function failed', { cause })
  }
  if (requirement === 'optional') return { required: false }
  if (requirement === 'required') return { required: true }
  const from: unknown = (requirement as { from: Date } | undefined)?.from
  if (!(from instanceof Date) || Number.isNaN(from.getTime())) {
    throw new KeystepError(
      'ERR_REQUIREMENT',
      "the requirement function returns 'optional', 'required' or { from: Date }",
    )
  }
  return from.getTime() <= now ? { required: true } : { required: false, enrollBy: from }
}
