import type { HtmlEscapedString } from 'hono/utils/html'

/**
 * A piece of a page. What is put into the template `html` is escaped, unless it is such a piece.
 */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>
