import { randomBytes, scrypt, timingSafeEqual, type BinaryLike } from 'node:crypto'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Database } from './db/database.js'

export interface User {
  readonly id: number
  readonly email: string
}

export const credentials: z.ZodType<{ email: string; password: string }> = z.object({
  email: z.string().trim().toLowerCase().max(254).pipe(z.email()),
  password: z.string().min(10).max(200),
})

export type Credentials = z.infer<typeof credentials>

/** @returns `undefined` when there is a user with this address already */
export async function addUser(
  database: Database,
  { email, password }: Credentials,
): Promise<User | undefined> {
  const [user] = await database.query<User>(
    `INSERT INTO users (email, password_hash) VALUES ($1, $2)
     ON CONFLICT (email) DO NOTHING RETURNING id, email`,
    [email, await hashPassword(password)],
  )
  return user
}

/** @returns `undefined` when address and password do not belong together */
export async function findUser(
  database: Database,
  { email, password }: Credentials,
): Promise<User | undefined> {
  const [row] = await database.query<User & { password_hash: string }>(
    'SELECT id, email, password_hash FROM users WHERE email = $1',
    [email],
  )
  // An unknown address takes as long as a wrong password: the time tells nobody who has an account.
  const isRight = await isPassword(password, row?.password_hash ?? NOBODY)
  return row !== undefined && isRight ? { id: row.id, email: row.email } : undefined
}

const derive = promisify<BinaryLike, BinaryLike, number, Buffer>(scrypt)
const KEY_BYTES = 32
const NOBODY = `${'00'.repeat(16)}:${'00'.repeat(KEY_BYTES)}`

async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt, KEY_BYTES)
  return `${salt.toString('hex')}:${key.toString('hex')}`
}

async function isPassword(password: string, hash: string): Promise<boolean> {
  const [salt = '', key = ''] = hash.split(':')
  const derived = await derive(password, Buffer.from(salt, 'hex'), KEY_BYTES)
  return timingSafeEqual(derived, Buffer.from(key, 'hex'))
}
