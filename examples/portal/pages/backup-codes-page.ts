import { html } from 'hono/html'
import type { Secret } from 'keystep'
import type { Visit } from '../visit.ts'
import { show } from './layout.ts'

/** Backup codes, this once: nobody can show them again. `because` says what has just been done. */
export function drawBackupCodes(
  c: Visit,
  { codes, because }: { codes: Secret<readonly string[]>; because: 'on' | 'new' },
): Promise<Response> {
  const {
    configuration: { company },
  } = c.var.portal
  const list = codes.reveal()
  const text = `${company}: backup codes\n\n${list.join('\n')}\n\nEach works once, in place of a code of your phone.\n`
  return show(c, {
    title: 'Save your backup codes',
    shape: 'wide',
    body: html`<p class="lead">If you lose your phone, one of these lets you in. Each works once. <strong>They are shown only now.</strong></p>
    <section class="panel narrow" aria-label="Backup codes">
      <ol id="backup-codes" translate="no">${list.map((code) => html`<li><code>${code}</code></li>`)}</ol>
      <div class="row no-print">
        <button type="button" class="secondary needs-script" data-copy="backup-codes">Copy</button>
        <a class="button secondary" download="backup-codes.txt" href="data:text/plain;charset=utf-8,${encodeURIComponent(text)}">Download</a>
        <button type="button" class="secondary needs-script" data-print>Print</button>
      </div>
    </section>
    <form method="post" action="/security/codes-saved" class="no-print">
      <input type="hidden" name="because" value="${because}">
      <label class="check"><input type="checkbox" name="saved" required> I have saved these codes</label>
      <button class="primary">Done</button>
    </form>`,
  })
}
