/** Runs the tasks, `width` at a time, and gives their results in order. The first failure ends it when those under way are done. */
export async function inParallel<Task, Result>(
  width: number,
  tasks: readonly Task[],
  run: (task: Task, index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const entries = tasks.entries()
  const work = async (): Promise<void> => {
    for (const [index, task] of entries) results[index] = await run(task, index)
  }
  await Promise.all(Array.from({ length: width }, work))
  return results
}
