// A program that listens to one link over HTTP and keeps what it hears.

export interface HeardLink {
  readonly id: string
  /** The id and the type of each event, as they came. */
  readonly events: readonly (readonly [number: number, type: string])[]
}

export interface Listening {
  /** The newest code, as soon as at least so many were heard. Rejects when the stream ends before. */
  code(least: number): Promise<string>
  /** What the link failed with, as far as that was heard. */
  failure(): string | undefined
  /** Resolves when the server ended the stream. */
  readonly ended: Promise<HeardLink>
}

/** Resolves when the server has begun to answer. */
export async function listenTo(
  { url, token }: { readonly url: string; readonly token: string },
  id: string,
): Promise<Listening> {
  const response = await fetch(`${url}/v1/links/${id}/events`, { headers: { Authorization: `Bearer ${token}` } })
  if (response.status !== 200 || response.body === null) throw new Error(`the events of a link: ${response.status}`)
  const events: [number, string][] = []
  const codes: string[] = []
  const looks = new Set<() => void>()
  let failure: string | undefined
  let isOver = false

  const hear = (frame: string): void => {
    const [, number, data] = /^id: (\d+)\nevent: .+\ndata: (.+)$/.exec(frame) ?? []
    if (number === undefined || data === undefined) return
    const event = JSON.parse(data) as {
      readonly type: string
      readonly code?: string
      readonly problem?: { readonly type: string; readonly detail: string }
    }
    events.push([Number(number), event.type])
    if (event.type === 'failed') failure = `${event.problem?.type}: ${event.problem?.detail}`
    if (event.type === 'code' && event.code !== undefined) codes.push(event.code)
    for (const look of looks) look()
  }

  const read = async (body: AsyncIterable<Uint8Array>): Promise<HeardLink> => {
    const decoder = new TextDecoder()
    let text = ''
    for await (const chunk of body) {
      const frames = (text + decoder.decode(chunk, { stream: true })).split('\n\n')
      text = frames.pop() ?? ''
      frames.forEach(hear)
    }
    isOver = true
    for (const look of looks) look()
    return { id, events }
  }
  const ended = read(response.body)
  ended.catch(() => {})

  return {
    code: (least) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const newest = codes.length >= least ? codes.at(-1) : undefined
          if (newest === undefined && !isOver) return
          looks.delete(look)
          if (newest === undefined) reject(new Error(`a link ended without its code ${least}`))
          else resolve(newest)
        }
        looks.add(look)
        look()
      }),
    failure: () => failure,
    ended,
  }
}
