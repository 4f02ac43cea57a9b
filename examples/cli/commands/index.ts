import type { Command } from '../command.ts'
import { backupCodes } from './backup-codes.ts'
import { code } from './code.ts'
import { confirm } from './confirm.ts'
import { disable } from './disable.ts'
import { enroll } from './enroll.ts'
import { logOut } from './log-out.ts'
import { login } from './login.ts'
import { qr } from './qr.ts'
import { reseal } from './reseal.ts'
import { signUp } from './sign-up.ts'
import { status } from './status.ts'
import { summarize } from './summarize.ts'
import { uri } from './uri.ts'
import { watch } from './watch.ts'

/** The plain commands, in the order of the help. */
export const commands: ReadonlyMap<string, Command> = new Map(
  Object.entries({
    'sign-up': signUp,
    login,
    enroll,
    uri,
    qr,
    confirm,
    status,
    'backup-codes': backupCodes,
    disable,
    'log-out': logOut,
    reseal,
    summarize,
    code,
    watch,
  }),
)
