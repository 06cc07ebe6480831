// Pure. What is wrong with a store.
import { maskNumbers } from '../../../session/log-masking.ts'
import { ago, sentence } from '../../printing/words.ts'
import { error, type Finding, note, ok, warning } from '../finding.ts'
import { count, quoted, size } from '../words.ts'
import { diskFindings } from './disk.ts'
import type { StoreFacts } from './facts.ts'
import { sessionFindings } from './sessions.ts'

/** `now`: ms since the epoch. */
export function storeFindings(facts: StoreFacts, program: string, now: number): readonly Finding[] {
  // Of somebody else's file it is not known what others could read in it.
  const isForeign = facts.state.is === 'unusable' && facts.state.code === 'not-a-store'
  const disk = facts.disk === undefined || isForeign ? [] : diskFindings(facts.disk)
  return [...stateFindings(facts, program, now), ...disk]
}

function stateFindings(
  { address, state, disk, previousKeys }: StoreFacts,
  program: string,
  now: number,
): readonly Finding[] {
  switch (state.is) {
    case 'memory':
      return [
        note(
          'store-in-memory',
          'A store in memory is gone with its process: there is nothing to look at.',
          `${program} doctor sqlite:./sessions.db`,
        ),
      ]
    case 'absent':
      return [note('no-store', `There is no store at ${address} yet.`, `${program} link`)]
    case 'empty':
      return [note('no-store', `Nothing was ever stored at ${address}.`, `${program} link`)]
    case 'unusable':
      return [error(state.code, sentence(maskNumbers(state.message)), state.advice)]
    case 'newer':
      return [
        error(
          'newer-schema',
          `A newer paircode wrote the store: it has schema ${state.schema}, and this one knows ${state.newestSchema}.`,
          'npm install paircode@latest',
        ),
      ]
    case 'keyless':
      return [
        error(
          'key-missing',
          'The store is sealed, and its key is gone: neither PAIRCODE_KEY is set, nor is there one beside the database.',
          `Put the folder ${quoted(`${disk?.file ?? 'sessions.db'}.key`)} back from a backup, or set PAIRCODE_KEY.`,
        ),
      ]
    case 'readable': {
      const { look, isOlder } = state
      if (look.key === 'wrong')
        return [
          error(
            'wrong-key',
            'The store does not open with this key.',
            'Set PAIRCODE_KEY or PAIRCODE_KEY_FILE to the key it was made with; after a change of keys, the earlier one as PAIRCODE_KEY_OLD.',
          ),
        ]
      const bytes = disk === undefined ? '' : `, ${size(disk.bytes)}`
      return [
        ok(
          'store',
          `${address} is a store of paircode with ${count(look.sessions.length, 'session')}${bytes}; its key fits.`,
        ),
        ...(isOlder
          ? [
              note(
                'older-schema',
                'An older paircode wrote the store.',
                'Nothing: the next program that opens it brings it up to date.',
              ),
            ]
          : []),
        ...keyChange(look.key, previousKeys, program),
        ...look.sessions.flatMap((session) => sessionFindings(session, program, now)),
        ...archiveFindings(look.archived, program, now),
      ]
    }
  }
}

function keyChange(key: 'current' | 'previous' | 'none', previousKeys: number, program: string): readonly Finding[] {
  if (key === 'previous')
    return [
      warning(
        'rotation-pending',
        'A change of the store’s key is not finished: some of it is still sealed with the earlier one.',
        `Open it once with both keys set: ${program} sessions`,
      ),
    ]
  if (key === 'none' || previousKeys === 0) return []
  return [
    note(
      'old-key-not-needed',
      'Everything is sealed with the key of now: the earlier one is no longer needed.',
      'unset PAIRCODE_KEY_OLD',
    ),
  ]
}

/** As long as the archive keeps a login, ms. */
const KEPT_MS = 7 * 86_400_000

function archiveFindings(
  archived: readonly { readonly archivedAt: Date }[],
  program: string,
  now: number,
): readonly Finding[] {
  const oldest = archived.at(-1)
  if (oldest === undefined) return []
  const days = Math.max(1, Math.ceil((oldest.archivedAt.getTime() + KEPT_MS - now) / 86_400_000))
  return [
    note(
      'archive',
      `The archive keeps ${count(archived.length, 'login')}; the oldest went there ${ago(oldest.archivedAt, now)} and goes within ${count(days, 'day')}.`,
      `${program} sessions --archived`,
    ),
  ]
}
