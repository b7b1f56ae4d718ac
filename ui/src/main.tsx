import './style/layers.css'
import { render } from 'preact'
import { App } from './shell/app.tsx'
import { listenToKeys } from './shell/keys.ts'
import { listen } from './shell/place.ts'
import { startTheme } from './shell/theme.ts'
import { startClock } from './shell/time.ts'
import './style/tokens.css'
import './style/base.css'
import './style/page.css'

startTheme()
listen()
listenToKeys()
startClock()
render(<App />, document.body)
