/** Deep as those that have a span around a pass: some drivers take a stack for each operation, awaiting functions included. */
exports.within = async (work) => {
  await work()
}
exports.begin = async () => ({ within: exports.within, flush: async () => {}, counted: () => null })
