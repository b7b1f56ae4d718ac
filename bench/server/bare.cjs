exports.begin = async () => ({})
