// Door `telltale/register`: `node --import telltale/register app.js`, for ESM and CommonJS applications. A configuration
// that is not valid is printed; telemetry stays off and the application runs, unless the file says `on_invalid: exit`.
import { register } from './start/register.ts'

register()
