exports.begin = async () => ({ within: (work) => work(), flush: async () => {}, counted: () => null })
