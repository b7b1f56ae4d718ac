// The seed of a fuzz run (`npm run fuzz`) for every property.
import fc from 'fast-check'

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env['TELLTALE_FUZZ_SEED']) })
