// One account with its phone, the phones of two contacts, and a store: what outlives the program that is killed.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Emulator, type Phone, type PhoneError, startEmulator } from '../../src/emulator/index.ts'
import { type Child, LIMIT_MS, type Said, startChild } from '../child.ts'
import type { Place } from '../places.ts'

const NUMBER = '+12025550123'
const CONTACTS = ['+12025550188', '+12025550199'] as const

export interface Stage {
  readonly emulator: Emulator
  readonly phone: Phone
  readonly contacts: readonly Contact[]
  readonly place: Place
  /** Starts the program. Its owner types each code that it shows, as soon as it shows it. */
  start(env?: Readonly<Record<string, string>>, onSaid?: (said: Said) => void): Run
  close(): Promise<void>
}

/** Somebody who writes to the account, and keeps what comes back. */
export interface Contact {
  send(text: string): Promise<void>
  readonly heard: readonly string[]
}

export interface Run {
  readonly child: Child
  /** How often the program showed a code. */
  codes(): number
  /** Resolves when nobody types any more and the server has seen that the process is gone. */
  settled(): Promise<void>
}

export async function setStage(program: string, place: Place): Promise<Stage> {
  const emulator = await startEmulator()
  const phone = emulator.addPhone(NUMBER)
  const contacts = CONTACTS.map((number) => contactWith(emulator.addPhone(number)))
  const runs: Child[] = []
  return {
    emulator,
    phone,
    contacts,
    place,
    start(env = {}, onSaid = () => {}) {
      const typing: Promise<unknown>[] = []
      const child = startChild(
        program,
        {
          NODE_ENV: 'test',
          ENDPOINT_URL: emulator.endpoint.url,
          ROOT_KEY: Buffer.from(emulator.endpoint.rootKey).toString('base64'),
          PHONE: NUMBER,
          ...place.env,
          ...env,
        },
        (said) => {
          if (said.type === 'code') typing.push(typed(phone, String(said.code)))
          onSaid(said)
        },
      )
      runs.push(child)
      return {
        child,
        codes: () => typing.length,
        async settled() {
          await Promise.all(typing)
          await until(() => phone.linkedDevices().every(({ online }) => !online), 'the server to see that it is gone')
        },
      }
    },
    async close() {
      for (const child of runs) await child.kill()
      await emulator.stop()
      await place.remove()
    },
  }
}

/** Plain Baileys shows a code before WhatsApp has it: a person takes longer than that. */
async function typed(phone: Phone, code: string): Promise<void> {
  for (let tries = 1; tries <= 5; tries++) {
    const why = await phone.enterCode(code).then(
      () => undefined,
      (error: PhoneError) => error.code,
    )
    if (why !== 'no-request') return
    await sleep(100)
  }
}

function contactWith(phone: Phone): Contact {
  const heard: string[] = []
  const listen = async (): Promise<void> => {
    for (;;) heard.push((await phone.received()).text)
  }
  listen().catch(() => {}) // The emulator stopped.
  return { send: (text) => phone.send(NUMBER, text), heard }
}

/** Looks every 10 ms; rejects after 90 s. */
export async function until(isTrue: () => boolean, what: string): Promise<void> {
  for (const start = performance.now(); !isTrue(); await sleep(10))
    if (performance.now() - start > LIMIT_MS) throw new Error(`waited ${LIMIT_MS / 1000} s for ${what}`)
}
