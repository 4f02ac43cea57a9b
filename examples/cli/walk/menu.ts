import { Left, type Prompt } from '../terminal/prompt.ts'
import { say, write } from '../terminal/screen.ts'

/** Shows numbered choices and returns the one that was taken. `q` leaves. */
export async function choose<T extends string>(
  prompt: Prompt,
  choices: readonly (readonly [T, string])[],
): Promise<T> {
  write('\n')
  say(...choices.map(([, text], index) => `  ${index + 1}  ${text}`), '  q  Leave')
  for (;;) {
    const answer = (await prompt.ask('Your choice: ')).toLowerCase()
    if (answer === 'q') throw new Left(false)
    const choice = choices[Number(answer) - 1]
    if (choice) return choice[0]
    if (answer !== '') say(`Type a number from 1 to ${choices.length}, or q.`)
  }
}
