/** What the fuzz looks for: a thing that must never happen, whatever comes. */
export class Broken extends Error {}
