// One subject of one library, a process that stays up: `micro.mjs SUBJECT LIBRARY`. A round answers with nanoseconds per
// operation (or what the subject measures instead).
const [subject, library] = process.argv.slice(2)
const libraries = await import(`./${subject}.mjs`)
const { round, ready = {}, flush } = await libraries[library]()

// The harness is gone: nobody else would end this process.
process.on('disconnect', () => process.exit(0))
process.on('message', async ({ id, ask, detail }) => {
  if (ask === 'quit') process.exit(0)
  process.send({ id, answer: ask === 'flush' ? await flush?.() : await round(detail) })
})
process.send({ ready })
