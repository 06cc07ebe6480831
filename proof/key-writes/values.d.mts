import type { SignalDataSet } from 'baileys'

export const WRITERS: readonly string[]
export function keysOf(writer: string, seq: number): SignalDataSet
export function preKeyOf(writer: string): string
/** 0 for nothing. Throws an Error for a mixture of two writes. */
export function sequenceIn(value: Uint8Array | undefined): number
