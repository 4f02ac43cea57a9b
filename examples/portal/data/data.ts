import type { Database } from './database.ts'
import { createDnsRecords, type DnsRecords } from './dns-records.ts'
import { createLogins, type Logins } from './logins.ts'
import { createMails, type Mails } from './mails.ts'
import { createMessages, type Messages } from './messages.ts'
import { createProposedPhones, type ProposedPhones } from './proposed-phones.ts'
import { createRequirements, type Requirements } from './requirements.ts'
import { createSessionRows, type SessionRows } from './sessions.ts'
import { createStepUps, type StepUps } from './step-ups.ts'
import { createUsers, type Users } from './users.ts'

/** The portal's own tables. keystep's records are none of them: they are in its store. */
export interface Data {
  readonly users: Users
  readonly sessions: SessionRows
  readonly logins: Logins
  readonly stepUps: StepUps
  readonly requirements: Requirements
  readonly proposedPhones: ProposedPhones
  readonly dnsRecords: DnsRecords
  readonly mails: Mails
  readonly messages: Messages
}

export function createData(database: Database): Data {
  return {
    users: createUsers(database),
    sessions: createSessionRows(database),
    logins: createLogins(database),
    stepUps: createStepUps(database),
    requirements: createRequirements(database),
    proposedPhones: createProposedPhones(database),
    dnsRecords: createDnsRecords(database),
    mails: createMails(database),
    messages: createMessages(database),
  }
}
