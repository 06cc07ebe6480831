/** @param programs name → source, from the root. Lies in `folder` as `<name>.mjs` afterwards. */
export function bundlePrograms(folder: string, programs: Readonly<Record<string, string>>): Promise<void>
