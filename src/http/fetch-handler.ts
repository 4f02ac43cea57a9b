/**
 * Answers a request, or passes it on: null means "not mine" of a handler, and "go ahead" of a
 * guard.
 */
export type FetchHandler = (request: Request) => Promise<Response | null>
