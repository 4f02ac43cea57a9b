/**
 * All tables of the portal. Booleans are 0 and 1, instants ISO text: the same on both engines but
 * for how a row is numbered.
 */
export function tables(numbered: string): string {
  return `
    CREATE TABLE IF NOT EXISTS users (
      id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, password TEXT NOT NULL,
      account_id TEXT REFERENCES users (id), company TEXT NOT NULL DEFAULT '', is_staff INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS sessions (
      id TEXT PRIMARY KEY, application TEXT NOT NULL, user_id TEXT NOT NULL, first_factor_at TEXT NOT NULL, assurance TEXT NOT NULL,
      verified_at TEXT NOT NULL, failures_before INTEGER NOT NULL, enrollment TEXT, number TEXT, expires_at TEXT NOT NULL,
      security_stamp TEXT NOT NULL DEFAULT '');
    CREATE TABLE IF NOT EXISTS pending_logins (
      id TEXT PRIMARY KEY, user_id TEXT NOT NULL, factors TEXT NOT NULL, enrollment TEXT, number TEXT, expires_at TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS step_ups (
      session_id TEXT NOT NULL, purpose TEXT NOT NULL, challenge TEXT, factors TEXT NOT NULL, challenge_until TEXT,
      permit TEXT, permit_until TEXT, PRIMARY KEY (session_id, purpose));
    CREATE TABLE IF NOT EXISTS requirements (user_id TEXT PRIMARY KEY, rule TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS proposed_phones (user_id TEXT PRIMARY KEY, number TEXT NOT NULL, proposed_by TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS dns_records (
      number ${numbered}, id TEXT NOT NULL UNIQUE, account_id TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL, created_at TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS mails (number ${numbered}, address TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS messages (number ${numbered}, recipient TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL);
  `
}
