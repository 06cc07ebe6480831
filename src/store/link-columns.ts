/** The columns of a link's row, the same in every database (LinkRow in backend.ts, in the words of SQL). */
export const LINK_COLUMNS = [
  'link',
  'session',
  'listed',
  'confirmed',
  'ended',
  'kept',
  'created_at',
  'last_online_at',
  'archived_at',
  'replaced',
  'details',
] as const
