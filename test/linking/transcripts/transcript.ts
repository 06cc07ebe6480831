// A recorded handshake: every input of the machine in its order and moment, and every effect that followed.
import { type Effect, firstState, type Input, type Moment, type Settings } from '../../../src/linking/machine/state.ts'
import { step } from '../../../src/linking/machine/step.ts'
import { type Json, plain, revive } from './plain.ts'

export interface Transcript {
  /** What happens, in a sentence. */
  readonly about: string
  readonly origin: string
  readonly settings: Json
  /** The adv secret at the start. */
  readonly advSecret: Json
  readonly steps: readonly { readonly input: Json; readonly moment: Json; readonly effects: Json }[]
}

export interface Difference {
  readonly at: number
  readonly expected: Json
  readonly got: Json
}

/** The machine once more: the first step whose effects differ in a single byte, or nothing. */
export function replay(transcript: Transcript): Difference | undefined {
  let state = firstState(revive(transcript.settings) as Settings, revive(transcript.advSecret) as Uint8Array)
  for (const [at, { input, moment, effects }] of transcript.steps.entries()) {
    const result = step(state, revive(input) as Input, revive(moment) as Moment)
    state = result.state
    const got = plain(result.effects)
    if (JSON.stringify(got) !== JSON.stringify(effects)) return { at, expected: effects, got }
  }
  return undefined
}

export function recordedStep(input: Input, moment: Moment, effects: readonly Effect[]): Transcript['steps'][number] {
  return { input: plain(input), moment: plain(moment), effects: plain(effects) }
}
