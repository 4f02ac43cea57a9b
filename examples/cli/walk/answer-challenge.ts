import type { Rejection } from 'keystep'
import type { Prompt } from '../terminal/prompt.ts'
import { say } from '../terminal/screen.ts'
import { explain } from '../words.ts'

/**
 * Asks for codes until one opens: one field for codes of the app and backup codes alike. Every
 * refusal is told as it comes, with the tries or the time left. Null when the user goes back or the
 * challenge ended.
 */
export async function answerChallenge<T extends object>(
  prompt: Prompt,
  verify: (code: string) => Promise<T | Rejection>,
): Promise<T | null> {
  for (;;) {
    const code = await prompt.ask('Code or backup code (Enter goes back): ')
    if (code === '') return null
    const verdict = await verify(code)
    if (!isRejection(verdict)) return verdict
    say(explain(verdict, code))
    if (verdict.reason === 'expired') return null
  }
}

function isRejection(verdict: object): verdict is Rejection {
  return 'outcome' in verdict && verdict.outcome === 'rejected'
}
