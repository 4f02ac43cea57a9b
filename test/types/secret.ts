import { Secret } from 'keystep'

declare const code: Secret<string>
declare function render(text: string): void

render(code) // fails: TS2345
render(code.reveal())
const shown: string = code // fails: TS2322
const joined = code + '' + 1 // legal, and shows [Secret]
const copy: Secret<string> = { ...code } // fails: missing-members
const made: Secret<string> = { reveal: () => 'x', toString: () => 'x', toJSON: () => 'x' } // fails: missing-members
code.value // fails: TS2339
if (code === '123456') render('open') // fails: TS2367
if (code) render('open') // fails: no-unnecessary-condition
