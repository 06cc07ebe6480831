// Pure. What waits for one receiver: of each session only the first can go, so that a receiver hears of a session in order,
// and a session that it refuses does not hold the others.
export interface Waiting {
  /** Of the event. */
  readonly id: string
  readonly session: string
  /** Of the event in the outbox. */
  readonly place: number
  /** ms since the epoch. */
  readonly nextAt: number
}

export interface Queue {
  readonly size: number
  /** Does nothing when it is there already. */
  put(waiting: Waiting): void
  /** The oldest that is due, now under way; undefined: none. */
  take(now: number): Waiting | undefined
  /** It arrived, or was given up: the next of its session can go. */
  drop(id: string): void
  /** No longer under way; to be tried at `nextAt`. */
  later(id: string, nextAt: number): void
  /** When the next one is due; undefined: nothing waits. */
  nextAt(): number | undefined
}

/** `underWay`: ids that were taken from an earlier queue of the same receiver and are not back yet. */
export function createQueue(waiting: Iterable<Waiting>, underWay: Iterable<string> = []): Queue {
  const sessions = new Map<string, Waiting[]>()
  const byId = new Map<string, Waiting>()
  const taken = new Set(underWay)

  const put = (one: Waiting): void => {
    if (byId.has(one.id)) return
    byId.set(one.id, one)
    const line = sessions.get(one.session) ?? []
    sessions.set(one.session, line)
    const after = line.findIndex(({ place }) => place > one.place)
    line.splice(after === -1 ? line.length : after, 0, one)
  }

  const heads = function* (): Generator<Waiting> {
    for (const [head] of sessions.values()) if (head !== undefined && !taken.has(head.id)) yield head
  }

  /** Another delivery of a session is under way, be it the first or one that was overtaken by a replay of older ones. */
  const isBusy = (session: string): boolean =>
    taken.size > 0 && (sessions.get(session) ?? []).some(({ id }) => taken.has(id))

  for (const one of waiting) put(one)
  return {
    get size() {
      return byId.size
    },
    put,
    take(now) {
      let first: Waiting | undefined
      for (const head of heads())
        if (head.nextAt <= now && (first === undefined || head.place < first.place) && !isBusy(head.session))
          first = head
      if (first !== undefined) taken.add(first.id)
      return first
    },
    drop(id) {
      taken.delete(id)
      const one = byId.get(id)
      if (one === undefined) return
      byId.delete(id)
      const line = sessions.get(one.session) ?? []
      line.splice(line.indexOf(one), 1)
      if (line.length === 0) sessions.delete(one.session)
    },
    later(id, nextAt) {
      taken.delete(id)
      const one = byId.get(id)
      if (one === undefined) return
      const changed = { ...one, nextAt }
      byId.set(id, changed)
      const line = sessions.get(one.session) ?? []
      line[line.indexOf(one)] = changed
    },
    nextAt() {
      let next: number | undefined
      for (const head of heads()) if (next === undefined || head.nextAt < next) next = head.nextAt
      return next
    },
  }
}
